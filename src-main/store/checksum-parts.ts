/** What a run consists of. */
export type RunPart = 'run' | 'series' | 'masks' | 'records' | 'log' | 'checkpoints';
/** What belongs to no run. */
export type FolderPart = 'runs' | 'studies' | 'study-runs' | 'settings';
export type Part = RunPart | FolderPart;

/**
 * The rows that a part's checksum stands over, of the run that is given (of a folder's part: whatever is given). Series stand
 * for their points by the sum in their summary, masks for their frames and updates by their chains. A column that a
 * migration adds does not enter a sum that is there already.
 */
export const CHECKSUM_PARTS: Record<Part, readonly string[]> = {
  run: [
    `SELECT key, id, name, status, study, colour, configuration, plan, engine, engine_title, engine_choice, threads,
       created_at, started_at, ended_at, steps, epochs, updates, rs, seconds, weights_hash, best_accuracy, best_epoch,
       test_accuracy, test_loss, test_loss_flag, failure, active_weights, warnings, owner, heartbeat_at, trashed_at
     FROM runs WHERE key = ?`,
  ],
  series: [
    `SELECT m.name, s.count, s.nonfinite, s.last_step, s.last, s.last_flag, s.least, s.least_step, s.most, s.most_step,
       s.pyramid_made_at, s.sum, s.leftover_to
     FROM series_summaries AS s LEFT JOIN metrics AS m ON m.id = s.metric WHERE s.run = ?`,
  ],
  masks: [
    'SELECT layer, kind, at, chain FROM mask_chains WHERE run = ?',
    'SELECT layer, name, outputs, inputs, input_shape, chained_from FROM mask_layers WHERE run = ?',
  ],
  records: [
    'SELECT at, loss_before, loss_after, recovery_steps FROM update_records WHERE run = ?',
    `SELECT layer, at, drop_threshold, gradient_before, gradient_after, histogram
     FROM update_layer_records WHERE run = ?`,
  ],
  log: ['SELECT id, at, level, text FROM log_lines WHERE run = ?'],
  checkpoints: [
    `SELECT generation, step, epoch, seconds, updates, rs, best_accuracy, best_epoch, hash, bytes, saved_at
     FROM checkpoints WHERE run = ?`,
  ],
  runs: ['SELECT key, id FROM runs WHERE ? IS NOT NULL'],
  studies: ['SELECT key, id, name, definition, created_at FROM studies WHERE ? IS NOT NULL'],
  'study-runs': ['SELECT study, run, place, label FROM study_runs WHERE ? IS NOT NULL'],
  settings: ['SELECT key, value FROM settings WHERE ? IS NOT NULL'],
};
