import type { Migration } from './migration.ts';

/**
 * Warnings of a run (JSON), the weights that its masks have, and the status `diverged`, which runs of before get by the
 * rule of `training/divergence.ts`: their training loss or their test loss was not finite.
 */
export const runWarnings: Migration = {
  version: 60,
  sql: `
    ALTER TABLE runs ADD COLUMN warnings TEXT NOT NULL DEFAULT '[]';
    ALTER TABLE runs ADD COLUMN active_weights INTEGER;

    -- A CHECK cannot be widened; the column is made anew. Nothing else names it.
    ALTER TABLE runs ADD COLUMN outcome TEXT NOT NULL DEFAULT 'queued' CHECK (outcome IN
      ('queued', 'running', 'paused', 'finished', 'diverged', 'cancelled', 'failed', 'interrupted'));
    UPDATE runs SET outcome = status;
    ALTER TABLE runs DROP COLUMN status;
    ALTER TABLE runs RENAME COLUMN outcome TO status;

    -- As the last frames have them; a finished run's plan says the same.
    UPDATE runs SET active_weights = (
      SELECT sum(f.active) FROM mask_frames AS f
      JOIN (SELECT layer, max(at) AS at FROM mask_frames WHERE run = runs.key GROUP BY layer) AS l
        ON f.layer = l.layer AND f.at = l.at
      WHERE f.run = runs.key AND f.kind = (
        SELECT max(g.kind) FROM mask_frames AS g WHERE g.run = runs.key AND g.layer = f.layer AND g.at = f.at));

    UPDATE runs SET status = 'diverged', warnings = json_array(json_object(
        'code', 'diverged',
        'text', 'A loss was not finite: the run has diverged. It was trained by an earlier version, which went on.'))
      WHERE status IN ('finished', 'cancelled') AND (
        (test_accuracy IS NOT NULL AND test_loss IS NULL)
        OR EXISTS (
          SELECT 1 FROM series_summaries AS s JOIN metrics AS m ON m.id = s.metric
          WHERE s.run = runs.key AND m.name IN ('train/loss', 'validation/loss') AND s.nonfinite > 0));
  `,
};
