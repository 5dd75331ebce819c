import { readFileSync, statSync } from 'node:fs';
import { basename, relative, sep } from 'node:path';
import { DatasetError } from '../dataset-error.ts';
import type { FileMark, ImageSource, ImportContext, SampleBlock } from '../image-source.ts';
import { digestOf } from '../kept-files.ts';
import { LFS_PROBLEM, isLfsPointer } from '../lfs-pointer.ts';
import { ImageProblem, chooseTarget, imageProblemOf, type ImageTarget } from './decode-image.ts';
import { decodeInOrder } from './decode-in-order.ts';
import type { EncodedSamples } from './encoded-samples.ts';
import { decideDepth } from './deep-images.ts';
import { findClassFolders, type LabelledFile } from './find-class-folders.ts';
import { askAboutImages, needsChoice } from './image-questions.ts';

/**
 * The images of class folders, decoded as the choices say.
 * @throws DatasetError, also where the first usable image needs a choice that was not made
 */
export async function openClassFolders(root: string, context: ImportContext): Promise<ImageSource> {
  const { classes, files } = await findClassFolders(root, context);
  const all = (): LabelledFile[] => [...files.train, ...files.test];
  const encoded = { ...LABELLED, all, bytes: ({ file }: LabelledFile) => readImageFile(file) };
  const first = await targetOfFirst(files.train, encoded, context);
  const target = await decideDepth(first, root, all(), encoded, context);
  return {
    prefix: 'images',
    kind: 'class folders of images',
    title: basename(root) || root,
    shape: [target.height, target.width, target.channels],
    classes,
    counts: { train: files.train.length, test: files.test.length },
    hasValueRange: target.scale !== null,
    read: (split) => decodeInOrder(files[split], encoded, target, context),
    keptFiles: {
      folder: root,
      resize: target.resize ?? 'stretch',
      scale: target.scale,
      read: (split) => readMarked(root, files[split], encoded, target, context),
    },
  };
}

const LABELLED = {
  name: ({ file }: LabelledFile) => file,
  label: ({ label }: LabelledFile) => label,
};

/** @throws ImageProblem where Git did not fetch the file */
function readImageFile(file: string): Buffer {
  const content = readFileSync(file);
  if (isLfsPointer(content)) throw new ImageProblem(LFS_PROBLEM);
  return content;
}

/** Decodes every file once, so that none that cannot be used is found out only while a run trains. */
async function* readMarked(
  root: string,
  files: readonly LabelledFile[],
  encoded: EncodedSamples<LabelledFile>,
  target: ImageTarget,
  context: ImportContext,
): AsyncGenerator<SampleBlock & { marks: FileMark[] }> {
  const marks = new Map<LabelledFile, FileMark>();
  const bytes = (item: LabelledFile): Uint8Array => {
    const name = relative(root, item.file).split(sep).join('/');
    // Before it is read: a change in between then shows as one.
    const modified = statSync(item.file).mtimeMs;
    const content = readImageFile(item.file);
    marks.set(item, { name, bytes: content.length, modified, digest: digestOf(content) });
    return content;
  };
  for await (const { items, ...block } of decodeInOrder(files, { ...encoded, bytes }, target, context)) {
    const ofBlock = items.flatMap((item) => marks.get(item) ?? []);
    for (const item of items) marks.delete(item);
    yield { ...block, marks: ofBlock };
  }
}

async function targetOfFirst(
  files: readonly LabelledFile[],
  encoded: EncodedSamples<LabelledFile>,
  { choices, report }: ImportContext,
): Promise<ImageTarget> {
  for (const item of files) {
    try {
      return await chooseTarget(readImageFile(item.file), choices);
    } catch (error) {
      const problem = imageProblemOf(error);
      if (choices.onBadFile === 'skip') continue;
      if (needsChoice(problem)) throw await askAboutImages({ item, problem, target: null, encoded });
      report.bad(item.file, problem.message);
    }
  }
  throw new DatasetError('None of the training images can be used.');
}
