import { visibleText, type RunListItem } from '../contract/index.ts';
import type { Lab } from '../lab/lab.ts';
import { duration, fraction, percent, speed } from './formats.ts';

const BAR_WIDTH = 12;
const USUAL_COLUMNS = 80;
const ERASE_LINE = '\u001b[2K';

/**
 * Shows how runs come along on standard error: a bar per running run on a terminal, else a line per epoch. Returns the
 * function that ends it.
 */
export function showProgress(lab: Lab, ids: string[], terminal: NodeJS.WriteStream): () => void {
  const shown = new Set(ids);
  return terminal.isTTY ? showBars(lab, shown, terminal) : showLines(lab, shown, terminal);
}

function showLines(lab: Lab, ids: Set<string>, terminal: NodeJS.WriteStream): () => void {
  const shown = new Map<string, string>();
  return lab.on('runs-changed', (runs) => {
    for (const run of runs) {
      if (!ids.has(run.id)) continue;
      const now = run.status === 'running' ? `running ${run.progress.epoch}` : run.status;
      if (shown.get(run.id) === now) continue;
      shown.set(run.id, now);
      terminal.write(`${visibleText(run.name)}: ${run.status === 'running' ? describe(run) : describeState(run)}\n`);
    }
  });
}

function showBars(lab: Lab, ids: Set<string>, terminal: NodeJS.WriteStream): () => void {
  const running = new Map<string, RunListItem>();
  const over = new Set<string>();
  let lines = 0;
  const erase = (): void => {
    for (; lines > 0; lines--) terminal.write(`\u001b[1A${ERASE_LINE}`);
    terminal.write('\r');
  };
  const stop = lab.on('runs-changed', (runs) => {
    erase();
    for (const run of runs) {
      if (!ids.has(run.id)) continue;
      const isLive = run.status === 'running' || run.status === 'paused';
      if (isLive) running.set(run.id, run);
      else running.delete(run.id);
      if (isLive || run.status === 'queued' || over.has(run.id)) continue;
      over.add(run.id);
      terminal.write(`${visibleText(run.name)}: ${describeState(run)}\n`);
    }
    for (const run of running.values()) {
      terminal.write(
        `${clip(`${bar(run)} ${visibleText(run.name)}: ${describe(run)}`, terminal.columns || USUAL_COLUMNS)}\n`,
      );
      lines++;
    }
  });
  return () => {
    stop();
    erase();
  };
}

function bar({ progress: { step, totalSteps } }: RunListItem): string {
  const filled = totalSteps > 0 ? Math.round((step / totalSteps) * BAR_WIDTH) : 0;
  return `▕${'█'.repeat(filled)}${'·'.repeat(BAR_WIDTH - filled)}▏`;
}

function describe({ progress, validationAccuracy, rs }: RunListItem): string {
  const parts = [`epoch ${progress.epoch}/${progress.totalEpochs}`];
  if (progress.secondsLeft !== null) parts.push(`${duration(progress.secondsLeft)} left`);
  if (validationAccuracy !== null) parts.push(`validation ${percent(validationAccuracy)}`);
  parts.push(`R_s ${fraction(rs)}`);
  if (progress.stepsPerSecond > 0) parts.push(`${speed(progress.stepsPerSecond)} steps/s`);
  return parts.join(', ');
}

function describeState(run: RunListItem): string {
  if (run.status === 'failed') return `failed: ${visibleText(run.failure ?? 'no reason was given')}`;
  if (!run.final) return run.status;
  return `${run.status}, test accuracy ${percent(run.final.testAccuracy)} in ${duration(run.seconds)}`;
}

const clip = (text: string, columns: number): string => {
  const characters = [...text];
  return characters.length < columns ? text : `${characters.slice(0, columns - 2).join('')}…`;
};
