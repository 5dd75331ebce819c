import type { ImageSource, ImportFindings, SampleBlock } from '../../image-source.ts';

/** CIFAR's images: 1024 reds, then greens, then blues, row by row, in every version of its files. */

export const SIDE = 32;
const PLANE = SIDE * SIDE;
export const RECORD_PIXELS = 3 * PLANE;
const RECORDS_PER_BLOCK = 256;

export const CIFAR_SHAPE: ImageSource['shape'] = [SIDE, SIDE, 3];

/** Images of one file with their labels. */
export interface CifarRecords {
  count: number;
  label(at: number): number;
  /** Its reds, greens and blues. */
  planes(at: number): Uint8Array;
}

/**
 * Channels last, as everywhere else in the lab.
 * @param location the file, towards the reader
 */
export function* toBlocks(
  { count: records, label, planes }: CifarRecords,
  classes: number,
  location: string,
  report: ImportFindings,
): Generator<SampleBlock> {
  for (let from = 0; from < records; from += RECORDS_PER_BLOCK) {
    const to = Math.min(records, from + RECORDS_PER_BLOCK);
    const pixels = new Uint8Array((to - from) * RECORD_PIXELS);
    const labels = new Uint8Array(to - from);
    let count = 0;
    for (let record = from; record < to; record++) {
      const found = label(record);
      if (!(found >= 0 && found < classes)) {
        report.bad(`${location}, image ${record}`, `is labelled ${found}, but the classes are 0 to ${classes - 1}`);
        continue;
      }
      const source = planes(record);
      for (let pixel = 0; pixel < PLANE; pixel++) {
        for (let channel = 0; channel < 3; channel++) {
          pixels[count * RECORD_PIXELS + pixel * 3 + channel] = source[channel * PLANE + pixel];
        }
      }
      labels[count++] = found;
    }
    if (count > 0) yield { pixels: pixels.subarray(0, count * RECORD_PIXELS), labels: labels.subarray(0, count) };
  }
}

/** CIFAR-100 has two labels for each image, of which the fine one is read. */
export const tellCoarseLabels = (report: ImportFindings, images: number): void =>
  report.changed('left-out', 'coarse labels (superclasses) beside the fine ones', images);
