import type { ImageLocation } from '../../contract/index.ts';

export type FileNames = Pick<Extract<ImageLocation, { kind: 'files' }>, 'names' | 'starts'>;

/** Many names in shared memory, so that the threads of all runs use one copy. */
export function packNames(names: readonly string[]): FileNames {
  const encoded = names.map((name) => Buffer.from(name, 'utf8'));
  const total = encoded.reduce((sum, { length }) => sum + length, 0);
  const bytes = new Uint8Array(new SharedArrayBuffer(total));
  const starts = new Float64Array(new SharedArrayBuffer(8 * (names.length + 1)));
  encoded.forEach((name, index) => {
    bytes.set(name, starts[index]);
    starts[index + 1] = starts[index] + name.length;
  });
  return { names: bytes, starts };
}

export function fileName({ names, starts }: FileNames, index: number): string {
  const [start, end] = [starts[index], starts[index + 1]];
  return Buffer.from(names.buffer, names.byteOffset + start, end - start).toString('utf8');
}
