import { DatasetError } from '../dataset-error.ts';

/** An array of images and that of their labels, by name. */
export interface ArrayPair {
  images: string;
  labels: string;
}

/** Names under which they come. */
const PATTERNS = {
  train: {
    images: /^(x_train|train_x|train_images|train_data)$/i,
    labels: /^(y_train|train_y|train_labels)$/i,
  },
  test: { images: /^(x_test|test_x|test_images|test_data)$/i, labels: /^(y_test|test_y|test_labels)$/i },
  whole: { images: /^(x|images|data|arr_0)$/i, labels: /^(y|labels?|targets?|arr_1)$/i },
};

/**
 * Finds the arrays of a dataset among those of a folder or an archive.
 * @param wanted the array of training labels; that of test labels has the same name, with `test` instead of `train`
 * @throws DatasetError where one is missing, or more than one would do
 */
export function chooseArrays(
  path: string,
  names: readonly string[],
  wanted: string | null,
): { train: ArrayPair; test: ArrayPair | null } {
  const chosen = wanted === null ? null : findWanted(path, names, wanted);
  const split = onlyOne(path, names, PATTERNS.train.images, 'training images');
  const training = split ?? onlyOne(path, names, PATTERNS.whole.images, 'images');
  if (training === null) {
    const all = names.join(', ') || 'nothing';
    throw new DatasetError(`${path}: holds ${all}, but no array of images such as x_train or images.`, path);
  }
  const { labels } = split === null ? PATTERNS.whole : PATTERNS.train;
  const train = { images: training, labels: chosen ?? labelsOf(path, names, labels, training) };
  const held = onlyOne(path, names, PATTERNS.test.images, 'test images');
  if (held === null) return { train, test: null };
  const ofTest = chosen === null ? null : counterpart(path, names, chosen, held);
  return { train, test: { images: held, labels: ofTest ?? labelsOf(path, names, PATTERNS.test.labels, held) } };
}

function findWanted(path: string, names: readonly string[], wanted: string): string {
  const name = wanted.replace(/\.npy$/i, '').replaceAll('/', '_');
  if (names.includes(name)) return name;
  throw new DatasetError(`${path}: holds no array ${wanted} of labels; its arrays are ${names.join(', ')}.`, path);
}

function onlyOne(path: string, names: readonly string[], pattern: RegExp, what: string): string | null {
  const found = names.filter((name) => pattern.test(name));
  if (found.length <= 1) return found[0] ?? null;
  const remedy = what.startsWith('labels') ? 'Choose the array of labels by its name.' : 'Keep one of them.';
  throw new DatasetError(`${path}: more than one array could hold the ${what}: ${found.join(', ')}. ${remedy}`, path);
}

function labelsOf(path: string, names: readonly string[], pattern: RegExp, images: string): string {
  const found = onlyOne(path, names, pattern, `labels of ${images}`);
  if (found !== null) return found;
  throw new DatasetError(`${path}: there are no labels beside ${images}, such as y_train. Name the array.`, path);
}

function counterpart(path: string, names: readonly string[], training: string, images: string): string {
  const name = training.replace(/train/i, 'test');
  const found = names.find((each) => each.toLowerCase() === name.toLowerCase());
  if (name !== training && found !== undefined) return found;
  throw new DatasetError(
    name === training
      ? `${path}: holds ${images} too, so the array of labels is that of training, with train in its name; ` +
          `${training} has not.`
      : `${path}: the labels of ${images} are missing; beside ${training} they are named ${name}.`,
    path,
  );
}
