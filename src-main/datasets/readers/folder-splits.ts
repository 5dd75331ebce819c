import { counted } from '../../contract/index.ts';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ImportAnswer } from '../../contract/index.ts';
import type { ImportContext, ImportFindings } from '../image-source.ts';
import { foundSplits } from '../naming/found-splits.ts';
import { outermostLitterOf } from '../naming/litter.ts';
import { planSplits, type SplitPlan } from '../naming/plan-splits.ts';
import type { SplitLook } from '../naming/split-answers.ts';
import { splitRoleOf } from '../naming/splits.ts';
import { UndecidedImportError, listed } from '../naming/undecided-import.ts';
import { compareNaturally } from '../natural-order.ts';
import { IMAGE_FILE } from './image-formats/formats.ts';
import { listFolders, readEntries, reportBeside, type WithinClass } from './folder-listing.ts';
import { previewFiles } from './preview.ts';

/** Where the images of a split are: folders of classes, and what within each class is of the split. */
export interface SplitFolders extends WithinClass {
  folders: string[];
}

/**
 * Where the images to train on and to test with are; `test` is null where it is drawn from those of training.
 * @throws UndecidedImportError where folders may be splits or classes
 */
export async function findSplits(
  root: string,
  { choices, report }: ImportContext,
): Promise<{ train: SplitFolders; test: SplitFolders | null }> {
  const whole = { train: { folders: [root], within: null, tellsBeside: true }, test: null };
  const folders = (await listFolders(root)).sort(compareNaturally);
  if (choices.trainSplits?.length === 0) return whole;
  const inner = new Map<string, string[]>();
  for (const folder of folders) inner.set(folder, await listFolders(join(root, folder)));
  // Only what holds folders itself is a split: a class may be called train, and test may hold images without a class.
  const nested = folders.filter((folder) => (inner.get(folder) ?? []).length > 0);
  const named = foundSplits(nested, 'whole');
  const given = [...(choices.trainSplits ?? []), ...(choices.testSplits ?? [])];
  if (named.some(({ role }) => role !== null) || given.some((name) => nested.includes(name))) {
    const look = (name: string) => lookInto([join(root, name)]);
    const plan = await planSplits({ path: root, found: named, unit: 'folders', look }, choices, report);
    const plain = folders.filter((folder) => !nested.includes(folder));
    if (plain.length > 0) {
      report.changed('left-out', `folders without class folders, such as ${plain[0]}`, plain.length);
    }
    const foldersOf = async (names: readonly string[]): Promise<SplitFolders> => ({
      folders: await Promise.all(names.map((name) => unwrapped(join(root, name), report))),
      within: null,
      tellsBeside: true,
    });
    return { train: await foldersOf(plan.train), test: plan.test.length > 0 ? await foldersOf(plan.test) : null };
  }
  const plan = nested.length === 0 ? null : await planWithinClasses(root, inner, { choices, report });
  if (plan === null) {
    if (given.length === 0) return whole;
    const path = root;
    const problem =
      `There is no split ${given[0]}: its folders are classes (${listed(folders.slice(0, 5))}). Leave out the choice of ` +
      'splits, or take the folders as classes.';
    throw new UndecidedImportError({
      path,
      problem,
      decides: ['trainSplits'],
      answers: [await asClasses(root, folders)],
    });
  }
  const within = (names: string[], tellsBeside: boolean): SplitFolders => ({
    folders: [root],
    within: names,
    tellsBeside,
  });
  return { train: within(plan.train, true), test: plan.test.length > 0 ? within(plan.test, false) : null };
}

/** The splits of `CLASS/SPLIT/*`; null where the folders within the classes name none. */
async function planWithinClasses(
  root: string,
  inner: ReadonlyMap<string, string[]>,
  { choices, report }: Pick<ImportContext, 'choices' | 'report'>,
): Promise<SplitPlan | null> {
  const classes = [...inner.keys()];
  const names = [...inner.values()].flat();
  const distinct = [...new Set(names)];
  const areTheSame = inner.size > 1 && distinct.length > 1 && names.length === distinct.length * inner.size;
  const areSplits = distinct.some((name) => splitRoleOf(name, 'whole') !== null);
  if (!areSplits && !areTheSame) return null;
  const folders = (name: string) => classes.map((each) => join(root, each, name));
  if (!areSplits) {
    const first = join(root, classes[0]);
    const problem =
      `${listed(classes.slice(0, 3))} all hold the same folders, ${listed(distinct.slice(0, 5))}, so these may be the ` +
      `classes. Then import one of the folders, such as ${first}, or name those to train on and to test with.`;
    const answers = [await asClasses(root, classes)];
    throw new UndecidedImportError({ path: root, problem, decides: ['trainSplits', 'testSplits'], answers });
  }
  const found = foundSplits(names, 'whole');
  const look = (name: string) => lookInto(folders(name));
  const plan = await planSplits({ path: root, found, unit: 'folders within classes', look }, choices, report);
  for (const [folder, within] of inner) {
    if (plan.train.every((name) => within.includes(name))) continue;
    const path = join(root, folder);
    const problem =
      `It has no folder ${listed(plan.train)}, which other classes have for their training images. Add it, or take the ` +
      'folders as classes, with all that is in them.';
    throw new UndecidedImportError({
      path,
      problem,
      decides: ['trainSplits'],
      answers: [await asClasses(root, classes)],
    });
  }
  return plan;
}

/** The answer that takes the folders as classes, with all that is in them. */
async function asClasses(root: string, classes: readonly string[]): Promise<ImportAnswer> {
  const look = await lookInto(classes.map((name) => join(root, name)));
  return {
    title: `Take ${listed(classes.slice(0, 3))}${classes.length > 3 ? ' ...' : ''} as classes`,
    outcome: `${counted(classes.length, 'class', 'classes')}, ${counted(look?.images ?? 0, 'image')}`,
    choices: { trainSplits: [] },
    preview: look?.preview ?? null,
  };
}

/** A split folder that holds nothing but one more of the same kind: `seg_train/seg_train`. */
async function unwrapped(folder: string, report: ImportFindings): Promise<string> {
  const inner = await listFolders(folder);
  if (inner.length !== 1) return folder;
  const role = splitRoleOf(inner[0], 'whole');
  const isSame = inner[0] === basename(folder) || (role !== null && role === splitRoleOf(basename(folder), 'whole'));
  if (!isSame) return folder;
  await reportBeside(folder, report, false);
  return unwrapped(join(folder, inner[0]), report);
}

/** Images in these folders and below, and the first of several folders, so that more than one class is seen. */
async function lookInto(folders: readonly string[]): Promise<SplitLook | null> {
  try {
    const files: string[] = [];
    for (const folder of folders) {
      for (const entry of await readEntries(folder, true)) {
        const path = join(entry.parentPath, entry.name);
        const inner = path.slice(folder.length + 1).replaceAll('\\', '/');
        if (IMAGE_FILE.test(entry.name) && outermostLitterOf(inner) === null) files.push(path);
      }
    }
    files.sort(compareNaturally);
    const spread = Array.from({ length: 6 }, (_, at) => files[Math.floor((at * files.length) / 6)]);
    const shown = [...new Set(spread.filter((file) => file !== undefined))];
    return { images: files.length, preview: await previewFiles(shown.map((file) => () => readFile(file))) };
  } catch {
    return null;
  }
}
