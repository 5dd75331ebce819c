/** Pickles of protocol 2 as Python 2 and numpy wrote CIFAR's files: text is bytes, lists come in parts of 1000. */

export type Picklable = number | string | readonly Picklable[] | { [key: string]: Picklable } | PickledArray;

export class PickledArray {
  readonly shape: readonly number[];
  readonly values: Uint8Array;
  readonly options: { code?: string; isFortran?: boolean; core?: string };
  constructor(shape: readonly number[], values: Uint8Array, options: PickledArray['options'] = {}) {
    this.shape = shape;
    this.values = values;
    this.options = options;
  }
}

const op = (code: string, ...bytes: number[]) => Buffer.concat([Buffer.from(code, 'latin1'), Buffer.from(bytes)]);
const four = (value: number) => [value & 255, (value >> 8) & 255, (value >> 16) & 255, (value >>> 24) & 255];

/** `\x80\x02`, the value, and the end. */
export function pickle(value: Picklable): Buffer {
  let memo = 0;
  const remember = () => (memo < 256 ? op('q', memo++) : op('r', ...four(memo++)));
  const whole = (number: number): Buffer<ArrayBuffer> => {
    if (number >= 0 && number < 256) return op('K', number);
    return number >= 0 && number < 65_536 ? op('M', number & 255, number >> 8) : op('J', ...four(number));
  };
  const bytes = (content: Uint8Array): Buffer<ArrayBuffer> =>
    Buffer.concat([content.length < 256 ? op('U', content.length) : op('T', ...four(content.length)), content]);
  const tuple = (...values: Buffer[]) =>
    Buffer.concat([...values, op(['', '\x85', '\x86', '\x87'][values.length]), remember()]);
  const write = (each: Picklable): Buffer<ArrayBuffer> => {
    if (typeof each === 'number') return whole(each);
    if (typeof each === 'string') return Buffer.concat([bytes(Buffer.from(each, 'latin1')), remember()]);
    if (each instanceof PickledArray) return array(each);
    if (Array.isArray(each)) {
      const parts = [op(']'), remember()];
      for (let from = 0; from < each.length; from += 1000) {
        parts.push(op('('), ...(each as Picklable[]).slice(from, from + 1000).map(write), op('e'));
      }
      return Buffer.concat(parts);
    }
    const entries = Object.entries(each).flatMap(([key, held]) => [write(key), write(held as Picklable)]);
    return Buffer.concat([op('}'), remember(), op('('), ...entries, op('u')]);
  };
  const array = ({
    shape,
    values,
    options: { code = 'u1', isFortran = false, core = 'numpy.core.multiarray' },
  }: PickledArray) =>
    Buffer.concat([
      op(`c${core}\n_reconstruct\n`),
      remember(),
      tuple(Buffer.concat([op('cnumpy\nndarray\n'), remember()]), tuple(whole(0)), write('b')),
      op('R'),
      remember(),
      op('('),
      whole(1),
      op('('),
      ...shape.map(whole),
      op('t'),
      remember(),
      op('cnumpy\ndtype\n'),
      remember(),
      tuple(write(code), whole(0), whole(1)),
      op('R'),
      remember(),
      op('('),
      whole(3),
      write('|'),
      op('NNN'),
      op('J', ...four(-1)),
      op('J', ...four(-1)),
      whole(0),
      op('t'),
      remember(),
      op('b'),
      op(isFortran ? '\x88' : '\x89'),
      bytes(values),
      op('t'),
      remember(),
      op('b'),
    ]);
  return Buffer.concat([op('\x80\x02'), write(value), op('.')]);
}
