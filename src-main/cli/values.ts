import type { Lab } from '../lab/lab.ts';
import { type RunListItem, shortened } from '../contract/index.ts';
import { UsageError, type OptionValues } from './command.ts';

/** @throws UsageError where the option is there and not a whole number of `least` (0) to `most` */
export function wholeNumber(
  values: OptionValues,
  option: string,
  { least = 0, most = Number.MAX_SAFE_INTEGER }: { least?: number; most?: number } = {},
): number | undefined {
  const text = values[option];
  if (text === undefined) return undefined;
  const value = Number(text);
  if (typeof text === 'string' && text.trim() !== '' && Number.isInteger(value) && value >= least && value <= most)
    return value;
  const range = most === Number.MAX_SAFE_INTEGER ? `at least ${least}` : `${least} to ${most.toLocaleString('en-GB')}`;
  throw new UsageError(`--${option}: must be a whole number of ${range}, not ${shortened(String(text))}`);
}

export const textOf = (values: OptionValues, option: string): string | undefined => {
  const value = values[option];
  return typeof value === 'string' ? value : undefined;
};

export const textsOf = (values: OptionValues, option: string): string[] => {
  const value = values[option];
  return Array.isArray(value) ? value.map(String) : [];
};

/** The run that an identifier, or an unambiguous beginning of one, names. @throws UsageError */
export const findRun = async (lab: Lab, id: string): Promise<RunListItem> =>
  findAmong(await lab.listRuns(), id, { where: '', list: 'list` shows the runs' });

/** The same among the runs in the trash. @throws UsageError */
export const findTrashedRun = async (lab: Lab, id: string): Promise<RunListItem> =>
  findAmong(await lab.listTrash(), id, { where: ' in the trash', list: 'list --trash` shows what is there' });

function findAmong(runs: readonly RunListItem[], id: string, words: { where: string; list: string }): RunListItem {
  const exact = runs.find((run) => run.id === id);
  if (exact) return exact;
  const matching = id.length >= 4 ? runs.filter((run) => run.id.startsWith(id)) : [];
  if (matching.length === 1) return matching[0];
  if (matching.length === 0)
    throw new UsageError(`ID: there is no run ${shortened(id)}${words.where}; \`${words.list}`);
  const names = matching.map((run) => run.id).join(', ');
  throw new UsageError(`ID: ${id} is the beginning of ${matching.length} runs: ${names}`);
}
