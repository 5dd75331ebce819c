import type { ImportChoices, ImportReport } from './datasets.ts';

/** What the choices of an import are called on the command line. */
export const IMPORT_OPTION_OF = {
  name: 'name',
  onBadFile: 'on-bad-file',
  size: 'size',
  resize: 'resize',
  channels: 'channels',
  testShare: 'test-share',
  seed: 'seed',
  keepFiles: 'keep-files',
  labels: 'labels',
  images: 'images',
  config: 'config',
  trainSplits: 'train-split',
  testSplits: 'test-split',
  valueRange: 'value-range',
  mostGibibytes: 'most-gib',
} as const satisfies Record<keyof ImportChoices, string>;

/** The choices that say what files, columns and arrays are. */
export const DECIDING_CHOICES = ['trainSplits', 'testSplits', 'config', 'images', 'labels'] as const;
export type DecidingChoice = (typeof DECIDING_CHOICES)[number];

/** A few images, made small: `[count, height, width, channels]`. */
export interface PreviewImages {
  count: number;
  height: number;
  width: number;
  channels: 1 | 3;
  pixels: Uint8Array;
}

/** One of the ways to understand what is to be imported. */
export interface ImportAnswer {
  /** As the files call it, such as `train` or `mask`. */
  title: string;
  /** What it would give, such as `12 images to train on, 4 to test with`. */
  outcome: string;
  /** What this answer adds to the choices that were made. */
  choices: Partial<Pick<ImportChoices, DecidingChoice>>;
  /** Of its training images; null where none can be shown. */
  preview: PreviewImages | null;
}

/** What an import cannot know by itself. */
export interface ImportQuestion {
  /** The folder or file that it is about. */
  path: string;
  /** Whole sentences: what may be understood in more than one way. */
  problem: string;
  /** The choices that decide, of which `answers` makes some. */
  decides: DecidingChoice[];
  /** Those that can be listed; there may be others. */
  answers: ImportAnswer[];
}

export const isImportQuestion = (outcome: ImportReport | ImportQuestion): outcome is ImportQuestion =>
  'answers' in outcome;

/** How each is typed; where no split is named, by `none`. */
const TYPED: Record<DecidingChoice, string> = {
  trainSplits: 'NAME[,NAME]',
  testSplits: 'NAME[,NAME]',
  config: 'NAME',
  images: 'NAME',
  labels: 'NAME',
};

/** Answers that are worth a line of a message. */
const TOLD_ANSWERS = 4;

/** The options of the command line that make these choices: `--train-split a,b --test-split none`. */
export function optionsOf(choices: ImportAnswer['choices']): string {
  const typed = DECIDING_CHOICES.flatMap((choice) => {
    const value = choices[choice];
    if (value === undefined || value === null) return [];
    const text = typeof value === 'string' ? value : value.join(',') || 'none';
    return [`--${IMPORT_OPTION_OF[choice]} ${/^[\p{L}\p{N}._,/-]+$/u.test(text) ? text : JSON.stringify(text)}`];
  });
  return typed.join(' ');
}

/** The question as a refusal: what is not known, the options that decide, and what some answers would give. */
export function describeQuestion({ path, problem, decides, answers }: ImportQuestion): string {
  const options = decides.map((choice) => `--${IMPORT_OPTION_OF[choice]} ${TYPED[choice]}`).join(' and ');
  const told = answers.slice(0, TOLD_ANSWERS).map((answer) => `${optionsOf(answer.choices)} (${answer.outcome})`);
  const rest = answers.length - told.length;
  const examples = told.length > 0 ? `: ${told.join('; ')}${rest > 0 ? `; and ${rest} more` : ''}` : '';
  return `${path}: ${problem} Decide with ${options}${examples}.`;
}
