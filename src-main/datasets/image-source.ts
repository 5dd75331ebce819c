import type { ImageSplit, ImportChange, ImportChoices, Labels } from '../contract/index.ts';

export type SplitName = 'train' | 'test';
export const SPLIT_NAMES: readonly SplitName[] = ['train', 'test'];

/** Labels are two bytes at most. */
export const MOST_CLASSES = 65_536;

/** Samples that belong together in order: `[count, height * width * channels]`, and a label each. */
export interface SampleBlock {
  pixels: Uint8Array;
  labels: Labels;
}

/**
 * What a reader makes of its files. Shape and classes are known before the first pixel is decoded; the samples come in
 * blocks, so that a dataset may be larger than memory while it is imported.
 */
export interface ImageSource {
  /** Beginning of the identifier of a dataset that was given no name. */
  prefix: 'idx' | 'images' | 'cifar' | 'arrays' | 'parquet';
  /** For the reader, such as `class folders of images`. */
  kind: string;
  title: string;
  /** `[height, width, channels]` */
  shape: [number, number, number];
  classes: string[];
  /** Samples at most: fewer come where bad ones are skipped. */
  counts: Record<SplitName, number>;
  /** Whether the choice of a value range decides something here. */
  hasValueRange?: boolean;
  /** The samples of a split in their order; the same on every call. */
  read(split: SplitName): AsyncIterable<SampleBlock>;
  /** Where every sample is an image file of its own, which may stay where it is. */
  keptFiles?: KeptFilesSource;
  close?(): Promise<void>;
}

/** An image file as it was when it was imported. */
export interface FileMark {
  /** Path within the dataset's folder, with forward slashes. */
  name: string;
  bytes: number;
  /** When it was changed last, in milliseconds. */
  modified: number;
  /** The first bytes of its SHA-256. */
  digest: Uint8Array;
}

/** The same samples, each with the mark of its file. */
export interface KeptFilesSource {
  folder: string;
  resize: ImportChoices['resize'];
  /** What becomes black and white of images with 16 bits a channel; null where there are none. */
  scale: { low: number; high: number } | null;
  read(split: SplitName): AsyncIterable<SampleBlock & { marks: FileMark[] }>;
}

/** What an import shares with the reader it uses. */
export interface ImportContext {
  choices: ImportChoices;
  report: ImportFindings;
  /** Aborted where the person cancels. */
  signal: AbortSignal;
}

/** What is found on the way. */
export interface ImportFindings {
  /**
   * A file or sample that cannot be used.
   * @param problem the end of a sentence that starts with its name
   * @throws UndecidedImportError unless bad files are to be skipped
   */
  bad(file: string, problem: string): void;
  /**
   * Something was merged, left out, converted, rescaled or rounded. Counts of the same kind and phrase are added up.
   * @param what a phrase for the reader, the same for everything that is counted together
   * @param count how many files, samples, columns or arrays; one unless given
   */
  changed(kind: ImportChange['kind'], what: string, count?: number): void;
  /** Something else that the reader of the report should know. */
  note(text: string): void;
}

const BLOCK_BYTES = 2 ** 20;

/** A source over what is in memory already. */
export const splitBlocks = (split: ImageSplit): AsyncIterable<SampleBlock> => ({
  async *[Symbol.asyncIterator]() {
    const features = split.pixels.length / split.count;
    const step = Math.max(1, Math.floor(BLOCK_BYTES / features));
    for (let from = 0; from < split.count; from += step) {
      const to = Math.min(split.count, from + step);
      yield await Promise.resolve({
        pixels: split.pixels.subarray(from * features, to * features),
        labels: split.labels.subarray(from, to),
      });
    }
  },
});
