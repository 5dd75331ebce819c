import * as v from 'valibot';

/** A dataset the lab can train on, or could. */
export interface DatasetDescription {
  id: string;
  title: string;
  /** ready: cached or readable at once; available: found, will be prepared on first use; missing: see `hint`. */
  state: 'ready' | 'available' | 'missing';
  /** What to do where it is missing, or what is wrong. */
  hint: string | null;
  source: string;
  licence: string | null;
  trainCount: number;
  testCount: number;
  /** `[height, width, channels]` */
  shape: [number, number, number];
  classes: string[];
  /** The folder or file its copy was made from; null where there is no copy. */
  origin: string | null;
  /** Its files as published; null where it does not come that way. */
  official: OfficialFiles | null;
}

/** One of the files a dataset is published as. */
export interface OfficialFile {
  name: string;
  url: string;
  bytes: number;
  /** In hexadecimal. */
  sha256: string;
}

export interface OfficialFiles {
  files: readonly OfficialFile[];
  /** Where they are kept once fetched, and where they may be put by hand. */
  folder: string;
}

/** What a ready dataset holds. */
export interface DatasetContent {
  id: string;
  /** SHA-256 of its samples. */
  contentSha256: string;
  /** Training and test samples of every class. */
  classCounts: { train: number[]; test: number[] };
  /** Of the training data per channel, on the 0 to 1 scale. */
  mean: number[];
  deviation: number[];
  /** Of the import that made its copy; null where it is no import, or an older one. */
  imported: ImportSummary | null;
  examples: ExampleImages;
}

/** A few training images of every class, class after class; the same at every call. */
export interface ExampleImages {
  /** Made smaller where the dataset's own are large. */
  height: number;
  width: number;
  channels: number;
  labels: Uint16Array;
  /** `[labels.length, height, width, channels]` */
  pixels: Uint8Array;
}

/** What makes the identifier of a dataset: it is a file name on every system and needs no quotes in a shell. */
const DATASET_ID = /^[a-z0-9][a-z0-9._-]{0,62}$/;

export const datasetId = v.pipe(
  v.string(),
  v.regex(
    DATASET_ID,
    'must start with a letter or digit and hold only a-z, 0-9, dot, dash and underscore (63 at most)',
  ),
);

/** Of an imported image, in pixels. */
export const LARGEST_SIDE = 4096;

const SIDE_RANGE = `must be whole numbers of pixels from 1 to ${LARGEST_SIDE}`;
const side = v.pipe(
  v.number(SIDE_RANGE),
  v.integer(SIDE_RANGE),
  v.minValue(1, SIDE_RANGE),
  v.maxValue(LARGEST_SIDE, SIDE_RANGE),
);

/** That what is read at once may be allowed to take. */
export const MOST_GIBIBYTES = 1024;
const GIBIBYTES_RANGE = `must be a number of GiB from 0.001 to ${MOST_GIBIBYTES}`;
const VALUE_RANGE = 'must be two numbers, the lower one first';

const SHARE_RANGE = 'must be a share from 0.01 to 0.9';
const SEED_RANGE = `must be a whole number from 0 to ${2 ** 32 - 1}`;

const givenName = v.pipe(
  v.string(),
  v.minLength(1, 'must not be empty'),
  v.maxLength(200, 'must be a name of at most 200 characters'),
);
const splitNames = v.optional(v.nullable(v.pipe(v.array(givenName), v.maxLength(100))), null);

/** How a dataset is imported; the same choices on the same files give the same content. */
export const importChoicesSchema = v.strictObject({
  /** The dataset's identifier; null makes one from the content. */
  name: v.nullable(datasetId),
  /** A file that cannot be used stops the import, or is skipped and reported. */
  onBadFile: v.picklist(['stop', 'skip'], 'must be stop or skip'),
  /** Height and width of every image; null takes those of the first, and then the others must have them too. */
  size: v.nullable(v.tuple([side, side])),
  /** stretch ignores the proportions; cover cuts off what is beyond; contain adds black borders. */
  resize: v.picklist(['stretch', 'cover', 'contain'], 'must be stretch, cover or contain'),
  /** as-is takes the channels of the first image, and then the others must have them too. */
  channels: v.picklist(['as-is', 'grey', 'rgb'], 'must be as-is, grey or rgb'),
  /** Share of every class that becomes the test split, where the files have none. */
  testShare: v.pipe(v.number('must be a number'), v.minValue(0.01, SHARE_RANGE), v.maxValue(0.9, SHARE_RANGE)),
  /** Of the draw of that test split. */
  seed: v.pipe(
    v.number('must be a number'),
    v.integer(SEED_RANGE),
    v.minValue(0, SEED_RANGE),
    v.maxValue(2 ** 32 - 1, SEED_RANGE),
  ),
  /** Leaves class folders of images where they are: each is decoded when it is needed, and nothing is copied. */
  keepFiles: v.optional(v.boolean('must be true or false'), false),
  /** The column of labels (Parquet) or the array of training labels, where there are several; null takes the usual one. */
  labels: v.nullable(givenName),
  /** The same of the images. */
  images: v.optional(v.nullable(givenName), null),
  /** Of several configurations of a dataset in folders of their own (Parquet), the one to take. */
  config: v.optional(v.nullable(givenName), null),
  /** Names of the splits to train on, as the files call them; none where the folders are classes; null follows the names. */
  trainSplits: splitNames,
  /** Names of those to test with; none draws the test split from the training data; null follows the names. */
  testSplits: splitNames,
  /** The values of arrays that become 0 and 255; null follows what they say. */
  valueRange: v.optional(
    v.nullable(
      v.pipe(
        v.strictTuple([v.number(VALUE_RANGE), v.number(VALUE_RANGE)], VALUE_RANGE),
        v.check(([low, high]) => Number.isFinite(high - low) && low < high, VALUE_RANGE),
      ),
    ),
    null,
  ),
  /** GiB of memory that what is read at once may take: arrays, entries of archives. */
  mostGibibytes: v.optional(
    v.pipe(v.number(GIBIBYTES_RANGE), v.minValue(0.001, GIBIBYTES_RANGE), v.maxValue(MOST_GIBIBYTES, GIBIBYTES_RANGE)),
    4,
  ),
});

export type ImportChoices = v.InferOutput<typeof importChoicesSchema>;

export const defaultImportChoices: ImportChoices = {
  name: null,
  onBadFile: 'stop',
  size: null,
  resize: 'stretch',
  channels: 'as-is',
  testShare: 0.2,
  seed: 1,
  keepFiles: false,
  labels: null,
  images: null,
  config: null,
  trainSplits: null,
  testSplits: null,
  valueRange: null,
  mostGibibytes: 4,
};

/** `train,extra` is two splits, `none` is none; null where nothing is typed. */
export function parseSplitNames(text: string): string[] | null {
  if (text.trim() === '') return null;
  if (text.trim() === 'none') return [];
  return text.split(',').map((name) => name.trim());
}

/** How far an import or a download has come. */
export interface ImportProgress {
  /** What is being done, for the reader. */
  text: string;
  /** What `done` and `total` count. */
  unit: 'images' | 'bytes';
  /** 0 of 0 while they are being counted. */
  done: number;
  total: number;
  /** null while estimating. */
  secondsLeft: number | null;
}

/** The same, towards everyone who listens. */
export interface DatasetProgress extends ImportProgress {
  /** The known dataset that is being fetched; null for an import. */
  dataset: string | null;
}

/** A file, or a sample within one, that could not be used. */
export interface BadFile {
  file: string;
  problem: string;
}

/** How an import treated what it found otherwise than taking it as it was. */
export const IMPORT_CHANGE_KINDS = ['merged', 'left-out', 'converted', 'rescaled', 'rounded'] as const;

export const IMPORT_CHANGE_TITLES: Record<(typeof IMPORT_CHANGE_KINDS)[number], string> = {
  merged: 'Merged',
  'left-out': 'Left out',
  converted: 'Converted',
  rescaled: 'Rescaled',
  rounded: 'Rounded',
};

/** Something that an import merged, left out, converted, rescaled or rounded. */
export interface ImportChange {
  kind: (typeof IMPORT_CHANGE_KINDS)[number];
  /** A phrase for the reader, such as `files that are no images, such as labels.txt`. */
  what: string;
  /** How many files, samples, columns or arrays. */
  count: number;
}

/** What is kept of an import's report with the dataset. */
export interface ImportSummary {
  changes: ImportChange[];
  /** What a reader should know: which split was drawn, which classes have no image. */
  notes: string[];
  /** Bad files and samples. */
  skippedCount: number;
}

/** What an import did. */
export interface ImportReport extends ImportSummary {
  dataset: DatasetDescription;
  /** What was read, such as `class folders of images`. */
  kind: string;
  /** SHA-256 of pixels and labels. */
  contentSha256: string;
  /** The first thousand that were skipped. */
  skipped: BadFile[];
  seconds: number;
}

/** What `importDataset` reads, for the reader. */
export const WHAT_IS_READ =
  'Espalier imports folders of images by class, IDX files, CIFAR’s binary and Python versions (folder or .tar.gz), ' +
  '.npz and .npy arrays, and Parquet files.';
