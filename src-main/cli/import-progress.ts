import { visibleText, type ImportProgress } from '../contract/index.ts';
import type { Lab } from '../lab/lab.ts';
import { duration, megabytes } from './formats.ts';

const ERASE_LINE = '\u001b[2K\r';
const TELL_EVERY_SHARE = 0.1;

/**
 * Shows how an import or a download comes along: one line that changes on a terminal, else a line per tenth. Returns the function
 * that ends it.
 */
export function showImport(lab: Lab, terminal: NodeJS.WriteStream): () => void {
  let told = -1;
  let toldText = '';
  const stop = lab.on('import-progress', (progress) => {
    if (!progress) return;
    if (terminal.isTTY) return void terminal.write(`${ERASE_LINE}${describe(progress)}`);
    const tenth = progress.total === 0 ? 0 : Math.floor(progress.done / progress.total / TELL_EVERY_SHARE);
    if (progress.text === toldText && tenth === told) return;
    [told, toldText] = [tenth, progress.text];
    terminal.write(`${describe(progress)}\n`);
  });
  return () => {
    stop();
    if (terminal.isTTY) terminal.write(ERASE_LINE);
  };
}

function describe({ text, unit, done, total, secondsLeft }: ImportProgress): string {
  const amount = unit === 'bytes' ? megabytes : count;
  const shown = visibleText(text);
  const parts = [total === 0 ? shown : `${shown}: ${amount(done)} of ${amount(total)}`];
  if (secondsLeft !== null) parts.push(`${duration(secondsLeft)} left`);
  return parts.join(', ');
}

const count = (value: number): string => value.toLocaleString('en-GB');
