import type { ImageSplit, ImportProgress } from '../contract/index.ts';

/** What a reader makes of its files, before statistics are taken and the cache is written. */
export interface SourceData {
  /** `[height, width, channels]` */
  shape: [number, number, number];
  classes: string[];
  train: ImageSplit;
  test: ImageSplit;
}

/** How far an import or a first use has come. */
export interface PrepareProgress {
  /** What is being done, for the reader. */
  text: string;
  /** 0 to 1 */
  share: number;
}

export type OnProgress = (progress: PrepareProgress) => void;

/** For what tells how many it has done of how many. */
export const asShares =
  (onProgress: OnProgress | undefined) =>
  ({ text, done, total }: ImportProgress): void =>
    onProgress?.({ text, share: total > 0 ? done / total : 0 });
