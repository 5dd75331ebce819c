/** What the samples of a split are for, as far as its name says. */
export type SplitRole = 'train' | 'test' | 'validation' | 'unlabelled' | 'other';

/**
 * Words that name a split, of folders, files, arrays and columns alike; the only list of them. `other` are splits that
 * are neither trained on nor tested with unless asked, such as the extra images of SVHN.
 */
const WORDS: Record<SplitRole, readonly string[]> = {
  train: ['train', 'training', 'trainset', 'trainingset', 'trn', 'tr', 'trainval', 'trainvalid'],
  test: ['test', 'testing', 'testset', 'testingset', 'tst', 'te', 't10k', 'test10k'],
  validation: [
    ...['val', 'valid', 'validation', 'validate', 'validating', 'valset', 'validset', 'validationset'],
    ...['dev', 'devel', 'development', 'devset', 'eval', 'evaluation', 'evaluate', 'evalset', 'holdout', 'heldout'],
  ],
  unlabelled: [
    ...['unsupervised', 'unlabelled', 'unlabeled', 'unlabel', 'nolabel', 'nolabels'],
    ...['pred', 'predict', 'prediction', 'predictions', 'inference'],
  ],
  other: ['extra', 'additional'],
};

const ROLE_OF = new Map(
  (Object.keys(WORDS) as SplitRole[]).flatMap((role) => WORDS[role].map((word) => [word, role] as const)),
);

/** Words beside those of a split that say nothing of what is in it. */
const FILLER = new Set([
  ...['set', 'split', 'data', 'dataset', 'seg', 'part', 'x', 'y', 'the', 'my', 'folder', 'files'],
  ...['image', 'images', 'img', 'imgs', 'picture', 'pictures', 'label', 'labels', 'crops', 'cropped', 'resized'],
]);

/** `-00000-of-00012`, `_3`, `.part2` at the end: parts of one split; `[:80%]` of a hub's split names. */
const PART = /(?:[-_. ]?\d+[-_ ]of[-_ ]\d+|[-_. ](?:part|shard|chunk|batch)?[-_]?\d+|\[[^\]]*\])$/i;

/** The name of a split without the number of its part: `train` of `train-00001-of-00002`. */
export function withoutPartNumber(name: string): string {
  const shorter = name.replace(PART, '');
  return shorter === name || shorter === '' ? name : withoutPartNumber(shorter);
}

/** Lower-case words of a name; `trainImages` and `XTrain` are two, `xtrain` too. */
export function wordsOf(name: string): string[] {
  return name
    .normalize('NFKC')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/^([XY])([A-Z])/, '$1 $2')
    .replace(/^([xy])(?=(?:train|test|val)(?![a-z]))/i, '$1 ')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}

/**
 * The role that a name gives a split; null where it names none.
 * @param part whether the words of a split may be a part of the name (`cifar-train`), or have to be all that it says
 *   (`seg_train`, but not `train station`), which is asked for where a name may also be that of a class
 */
export function splitRoleOf(name: string, part: 'whole' | 'part'): SplitRole | null {
  const words = wordsOf(withoutPartNumber(name));
  const roles = new Set(words.flatMap((word) => ROLE_OF.get(word) ?? []));
  if (roles.size === 0) return null;
  const isAll = words.every((word) => ROLE_OF.has(word) || FILLER.has(word) || /^\d+$/.test(word));
  if (part === 'whole' && !isAll) return null;
  const [role] = roles;
  if (roles.size === 1) return role;
  if (roles.has('unlabelled')) return 'unlabelled';
  // Such as train_val; what else has two names, such as test_val, is nobody's guess.
  return roles.size === 2 && roles.has('train') && roles.has('validation') ? 'train' : 'other';
}

/** The words of a name that are those of a split: `train` of `x_train`, `train` and `val` of `train_val_images`. */
export const splitWordsOf = (name: string): string[] =>
  wordsOf(withoutPartNumber(name)).filter((word) => ROLE_OF.has(word));
