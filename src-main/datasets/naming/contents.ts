import { splitRoleOf, splitWordsOf, wordsOf, type SplitRole } from './splits.ts';

/** What an array or a column holds, as far as its name says; `order` is what says which samples are where. */
export type Contents = 'images' | 'labels' | 'order';

/** Words that name it, of arrays, files and columns alike; the only list of them. */
const WORDS: Record<Contents, readonly string[]> = {
  images: [
    ...['x', 'image', 'images', 'img', 'imgs', 'picture', 'pictures', 'pixel', 'pixels'],
    ...['data', 'input', 'inputs', 'feature', 'features'],
  ],
  labels: ['y', 'label', 'labels', 'lbl', 'target', 'targets', 'class', 'classes', 'category', 'categories'],
  order: [
    ...['order', 'index', 'indices', 'indexes', 'idx', 'perm', 'permutation'],
    ...['fold', 'folds', 'split', 'splits', 'partition', 'mask', 'subset'],
  ],
};

/** Words of what is about the samples or the classes and is neither. */
const ABOUT = new Set([
  ...['name', 'names', 'id', 'ids', 'key', 'keys', 'path', 'paths', 'file', 'files', 'filename', 'filenames', 'url'],
  ...['mean', 'std', 'shape', 'size', 'weight', 'weights', 'count', 'counts', 'text', 'info', 'meta', 'metadata'],
]);

const CONTENTS_OF = new Map(
  (Object.keys(WORDS) as Contents[]).flatMap((contents) => WORDS[contents].map((word) => [word, contents] as const)),
);

/** What a name says. */
export interface NamedContents {
  /** null where it says nothing. */
  contents: Contents | null;
  /** Its words of a split, such as `train`; empty where it has none. */
  split: string;
  role: SplitRole | null;
  /** What else it says, by which `x_train` and `x_test` belong together. */
  rest: string;
}

export function contentsOf(name: string): NamedContents {
  const words = wordsOf(name);
  const found = words.flatMap((word) => CONTENTS_OF.get(word) ?? []);
  const [contents = null] = [...found.filter((each) => each !== 'order'), ...found];
  const isAbout = words.some((word) => ABOUT.has(word));
  const split = splitWordsOf(name);
  const rest = words.filter((word) => !split.includes(word)).join(' ');
  return {
    contents: isAbout && contents !== 'order' ? null : contents,
    split: split.join('_'),
    role: splitRoleOf(name, 'part'),
    rest,
  };
}
