import { visibleText, type ImportProgress } from '../contract/index.ts';
import { duration } from './formats.ts';

const ERASE_LINE = '\u001b[2K\r';
const SHOW_EVERY_SHARE = 0.1;

type Progress = Omit<ImportProgress, 'unit'>;

/**
 * Shows how something comes along: one line that changes on a terminal, else a line per tenth.
 * @param amount how far it is, in words
 */
export function createProgressLine<P extends Progress>(terminal: NodeJS.WriteStream, amount: (progress: P) => string) {
  let shown = -1;
  let shownText = '';
  return {
    show(progress: P): void {
      const text = describe(progress, amount(progress));
      if (terminal.isTTY) return void terminal.write(`${ERASE_LINE}${text}`);
      const tenth = progress.total === 0 ? 0 : Math.floor(progress.done / progress.total / SHOW_EVERY_SHARE);
      if (progress.text === shownText && tenth === shown) return;
      [shown, shownText] = [tenth, progress.text];
      terminal.write(`${text}\n`);
    },
    end(): void {
      if (terminal.isTTY) terminal.write(ERASE_LINE);
    },
  };
}

function describe({ text, total, secondsLeft }: Progress, amount: string): string {
  const shown = visibleText(text);
  const parts = [total === 0 ? shown : `${shown}: ${amount}`];
  if (secondsLeft !== null) parts.push(`${duration(secondsLeft)} left`);
  return parts.join(', ');
}
