import type { TrainerEvent } from './trainer.ts';

/** What a trainer has said, or of that, what is stored. */
export interface Amount {
  messages: number;
  bytes: number;
}

/** A trainer that has said this much more than is stored waits before its next step. */
export const LONGEST_BACKLOG: Amount = { messages: 4096, bytes: 64 * 2 ** 20 };

/** A point in memory: an object with two numbers and a shared name. */
const POINT_BYTES = 64;

/** Bytes that an event takes while it waits to be stored, nearly: its arrays and points, without the frame. */
export function bytesOf(event: TrainerEvent): number {
  switch (event.type) {
    case 'points':
      return event.points.length * POINT_BYTES;
    case 'checkpoint':
      return event.bytes.byteLength;
    case 'initial-masks':
      return sum(event.masks.map(({ rowStarts, columns }) => rowStarts.byteLength + columns.byteLength));
    case 'mask-update':
      return (
        sum(event.layers.map(({ dropped, grown }) => dropped.byteLength + grown.byteLength)) +
        sum(event.record.layers.map(({ magnitudes }) => magnitudes.byteLength))
      );
    default:
      return 0;
  }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
