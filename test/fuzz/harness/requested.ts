/** The largest buffer that JavaScript asked for, whether it got it or not. */
export interface RequestedMemory {
  start(): void;
  /** Bytes of the largest since `start`. */
  largest(): number;
}

type Constructor = new (...given: unknown[]) => object;

const TYPED_ARRAYS = [
  ...(['Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array'] as const),
  ...(['Uint32Array', 'Float32Array', 'Float64Array', 'BigInt64Array', 'BigUint64Array'] as const),
];

/**
 * Watches the constructors of buffers and typed arrays, and those of Node's `Buffer`. The system counts memory once it
 * is written to, so a huge buffer that is never filled shows here alone. To be called before the product is loaded.
 */
export function watchRequests(): RequestedMemory {
  let largest = 0;
  const note = (bytes: unknown): void => {
    if (typeof bytes === 'number' && bytes > largest) largest = bytes;
  };
  const table = globalThis as unknown as Record<string, Constructor>;
  const watch = (name: string, bytesOf: (given: readonly unknown[]) => unknown): void => {
    const original = table[name];
    const watched: Constructor = new Proxy(original, {
      construct(target, given, newTarget) {
        note(bytesOf(given));
        return Reflect.construct(target, given, newTarget === watched ? target : newTarget) as object;
      },
    });
    (original.prototype as { constructor: Constructor }).constructor = watched;
    table[name] = watched;
  };
  for (const name of ['ArrayBuffer', 'SharedArrayBuffer']) watch(name, ([length]) => length);
  for (const name of TYPED_ARRAYS) {
    const { BYTES_PER_ELEMENT: size } = globalThis[name];
    watch(name, ([given]) => (typeof given === 'number' ? given * size : lengthOf(given) * size));
  }
  const buffers = Buffer as unknown as Record<string, (size: number, ...rest: unknown[]) => Buffer>;
  for (const name of ['alloc', 'allocUnsafe', 'allocUnsafeSlow']) {
    const original = buffers[name];
    buffers[name] = (size, ...rest) => {
      note(size);
      return Reflect.apply(original, Buffer, [size, ...rest]) as Buffer;
    };
  }
  return { start: () => void (largest = 0), largest: () => largest };
}

/** Of what is copied into a new array; 0 for a view of memory that is there. */
function lengthOf(given: unknown): number {
  if (typeof given !== 'object' || given === null) return 0;
  const { length } = given as { length?: unknown };
  return typeof length === 'number' ? length : 0;
}
