import { existsSync, statSync } from 'node:fs';
import { dirname, extname } from 'node:path';
import { counted, MASK_EXPORT_FORMATS, MASK_EXPORTS, shortened, type MaskExportFormat } from '../contract/index.ts';
import { MASK_FORMATS } from '../lab/runs/mask-export/export-masks.ts';
import { readMaskHistory } from '../lab/runs/mask-export/history.ts';
import { UsageError, type CommandContext, type OptionValues } from './command.ts';
import { count, megabytes } from './formats.ts';
import { createProgressLine } from './progress-line.ts';
import { textOf } from './values.ts';

export const MASK_HISTORY_OPTIONS = {
  history: { type: 'boolean' },
  format: { type: 'string' },
  out: { type: 'string' },
} as const;

export const MASK_HISTORY_HELP = [
  [
    '--history',
    'prints every layer and update instead, a JSON document a line: { run, layers, steps, regrownLiveOn }, then ' +
      '{ layer, update: 0, active } and { layer, update, dropped, grown }',
  ],
  ['--format FORMAT', 'of the history: csv (a line a weight that changed), npz (NumPy arrays; needs --out) or json'],
  ['--out FILE', 'writes the history to a file; .csv, .npz, .json and .jsonl say the format'],
] as const;

/** Of a path that a message repeats. */
const LONGEST_PATH = 300;

/** How the whole history is asked for. */
export interface AskedHistory {
  format: MaskExportFormat;
  /** null: to standard output. */
  file: string | null;
}

/** null where it is not asked for. @throws UsageError */
export function chosenHistory(values: OptionValues): AskedHistory | null {
  const [format, file = null] = [textOf(values, 'format'), textOf(values, 'out')];
  if (values.history !== true) {
    const useless = ['format', 'out'].find((option) => values[option] !== undefined);
    if (useless !== undefined) throw new UsageError(`--${useless}: is of the whole history; add --history`);
    return null;
  }
  const narrowed = ['layer', 'update', 'changes'].find((option) => values[option] !== undefined);
  if (narrowed !== undefined) {
    throw new UsageError(`--history: is of every layer and update; leave out --${narrowed}`);
  }
  const chosen = format === undefined ? formatOf(file) : MASK_EXPORT_FORMATS.find((known) => known === format);
  if (chosen === undefined) {
    throw new UsageError(
      format === undefined
        ? `--out: ${shortened(file ?? '')} must end in .csv, .npz, .json or .jsonl, or say the format with --format`
        : `--format: must be one of ${MASK_EXPORT_FORMATS.join(', ')}, not ${shortened(format)}`,
    );
  }
  const ending = formatOf(file);
  if (file !== null && ending !== undefined && ending !== chosen) {
    throw new UsageError(`--out: ${shortened(file)} ends as a file of ${ending} does, but --format is ${chosen}`);
  }
  if (file !== null && !existsSync(dirname(file))) {
    throw new UsageError(`--out: there is no folder ${shortened(dirname(file), LONGEST_PATH)}; make it first`);
  }
  if (file !== null && existsSync(file) && !statSync(file).isFile()) {
    throw new UsageError(`--out: ${shortened(file, LONGEST_PATH)} is not a file; name one that may be written`);
  }
  if (chosen === 'npz' && file === null) throw new UsageError('--out: name the file for the arrays, such as masks.npz');
  return { format: chosen, file };
}

/** By a file's ending; JSON where there is no file. */
function formatOf(file: string | null): MaskExportFormat | undefined {
  if (file === null) return 'json';
  const ending = extname(file).toLowerCase().slice(1);
  return ending === 'json' ? 'json' : MASK_EXPORT_FORMATS.find((format) => MASK_EXPORTS[format].ending === ending);
}

/** Prints the history, or writes it; Ctrl+C cancels writing in good order. */
export async function writeHistory(
  { lab, write, say }: CommandContext,
  id: string,
  { format, file }: AskedHistory,
): Promise<void> {
  if (file === null) {
    for await (const piece of MASK_FORMATS[format](await readMaskHistory(lab, id))) write(String(piece));
    return;
  }
  const onSignal = (): void => void lab.cancelExport();
  const line = createProgressLine(process.stderr, ({ done, total }) => `${count(done)} of ${counted(total, 'mask')}`);
  const stop = lab.on('export-progress', (progress) => progress && line.show({ ...progress, text: `Writing ${file}` }));
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  try {
    const written = await lab.exportMasks(id, format, { path: file });
    if (written) say(`Wrote ${file}, ${megabytes(written.bytes)}.`);
  } finally {
    stop();
    line.end();
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
}
