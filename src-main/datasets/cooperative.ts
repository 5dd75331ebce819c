import { createHash } from 'node:crypto';
import { setImmediate as otherWork } from 'node:timers/promises';

/** Small enough that hashing or counting one piece takes well under a frame. */
const PIECE_BYTES = 2 ** 20;

/** Visits `bytes` piece by piece and lets the thread do other work in between, so that a window stays alive. */
async function visitPieces(bytes: Uint8Array, visit: (piece: Uint8Array, at: number) => void): Promise<void> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    visit(bytes.subarray(at, at + PIECE_BYTES), at);
    await otherWork();
  }
}

/** SHA-256 of the parts one after the other, in hexadecimal. */
export async function sha256(parts: readonly Uint8Array[]): Promise<string> {
  const hash = createHash('sha256');
  for (const part of parts) await visitPieces(part, (piece) => hash.update(piece));
  return hash.digest('hex');
}
