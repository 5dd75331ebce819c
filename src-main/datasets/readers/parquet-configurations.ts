import { counted } from '../../contract/index.ts';
import { relative } from 'node:path';
import type { ImportAnswer } from '../../contract/index.ts';
import type { ImportContext } from '../image-source.ts';
import { compareNaturally } from '../natural-order.ts';
import { splitRoleOf, withoutPartNumber } from '../naming/splits.ts';
import { UndecidedImportError, listed } from '../naming/undecided-import.ts';
import { previewParquet } from './parquet-preview.ts';

/** A file, and what its path within the dataset says of it. */
export interface SplitFile {
  path: string;
  /** The name of its split: its own, or that of the nearest folder that names one. */
  split: string;
  /** The other folders it is in, without those that all share; empty where there is none. */
  config: string;
}

/** Where a dataset has files in no folder beside those in folders. */
const NO_FOLDER = '.';

/** What files are of, by their names and by those of their folders within what is imported. */
export function splitFilesOf(root: string, paths: readonly string[]): SplitFile[] {
  const found = paths.map((path) => {
    const parts = relative(root, path).split(/[\\/]/);
    // One file that is imported by itself.
    const [base = path, ...folders] = parts.join('') === '' ? [path.split(/[\\/]/).at(-1)] : parts.reverse();
    const stem = withoutPartNumber((base ?? path).replace(/\.parquet$/i, ''));
    if (splitRoleOf(stem, 'part') !== null) return { path, split: stem, folders: folders.reverse() };
    const at = folders.findIndex((folder) => splitRoleOf(folder, 'part') !== null);
    const split = at < 0 ? stem : folders[at];
    return { path, split, folders: folders.filter((_, each) => each !== at).reverse() };
  });
  const [first] = found;
  let shared = 0;
  while (
    first &&
    shared < first.folders.length &&
    found.every(({ folders }) => folders[shared] === first.folders[shared])
  )
    shared++;
  return found.map(({ path, split, folders }) => ({ path, split, config: folders.slice(shared).join('/') }));
}

/** Files of the configuration that is chosen, or of the only one. @throws UndecidedImportError where there are several */
export async function filesOfConfig(
  root: string,
  paths: readonly string[],
  { choices, report }: ImportContext,
): Promise<SplitFile[]> {
  const files = splitFilesOf(root, [...paths].sort(compareNaturally));
  const configs = [...new Set(files.map((file) => file.config || NO_FOLDER))].sort(compareNaturally);
  const { config } = choices;
  if (config === null && configs.length <= 1) return files;
  const of = (name: string) => files.filter((file) => (file.config || NO_FOLDER) === name);
  if (config === null || !configs.includes(config)) {
    const start = config === null ? '' : `There is no configuration ${config}. `;
    const problem =
      `${start}Its Parquet files are in ${counted(configs.length, 'folder')}, ${listed(configs.slice(0, 20))}, which may be ` +
      'configurations of one dataset. One of the folders can also be imported by itself.';
    const answers = await Promise.all(configs.slice(0, 8).map((name) => answerOf(name, of(name))));
    throw new UndecidedImportError({ path: root, problem, decides: ['config'], answers });
  }
  const kept = of(config);
  if (kept.length < files.length) {
    report.changed('left-out', 'Parquet files of other configurations', files.length - kept.length);
  }
  return kept;
}

async function answerOf(name: string, files: readonly SplitFile[]): Promise<ImportAnswer> {
  const splits = [...new Set(files.map(({ split }) => split))].sort(compareNaturally);
  const look = await previewParquet(files.map(({ path }) => path));
  const rows = look === null ? '' : `, ${counted(look.images, 'image')}`;
  return {
    title: `Take the configuration ${name}`,
    outcome: `splits ${listed(splits)}${rows}`,
    choices: { config: name },
    preview: look?.preview ?? null,
  };
}
