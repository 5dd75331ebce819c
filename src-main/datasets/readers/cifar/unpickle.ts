import { ReadableError } from '../../../contract/index.ts';

/**
 * A reader of Python's pickles, restricted to what CIFAR's files are made of: dictionaries, lists, tuples, text, bytes,
 * numbers, and numpy's arrays of bytes. A pickle is a program that may call anything; here three names are known, what
 * they stand for is made by this file, and every other name or operation is refused. Operations are those of Python's
 * "pickletools", protocols 2 to 4.
 */

/** The message is the end of a sentence that starts with the file's name. */
export class PickleProblem extends ReadableError {
  override readonly name = 'PickleProblem';
}

export type PickleValue =
  null | boolean | number | string | Uint8Array | PickleValue[] | PickleDict | NumpyArray | Special;

export type PickleDict = Map<string, PickleValue>;

/** An array of bytes (numpy's uint8). */
export interface NumpyArray {
  type: 'array';
  shape: number[];
  /** Whether the first index runs fastest. */
  isFortran: boolean;
  values: Uint8Array;
}

type Special = { type: 'callable'; name: Callable } | { type: 'dtype'; code: string } | { type: 'mark' };

type Callable = 'ndarray' | 'dtype' | '_reconstruct';

/** By the name that a pickle gives them; numpy 2 renamed its core. */
const CALLABLES: Record<string, Callable | undefined> = {
  'numpy.ndarray': 'ndarray',
  'numpy.dtype': 'dtype',
  'numpy.core.multiarray._reconstruct': '_reconstruct',
  'numpy._core.multiarray._reconstruct': '_reconstruct',
};

/** Of one pickle; CIFAR-100's largest has about 200,000. */
const MOST_VALUES = 4_000_000;
const MARK: Special = { type: 'mark' };
const NOT_CIFAR = 'which none of CIFAR’s files does';

/** @throws PickleProblem */
export function unpickle(bytes: Uint8Array): PickleValue {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const memo = new Map<number, PickleValue>();
  const stack: PickleValue[] = [];
  let [at, pushed] = [0, 0];

  const take = (count: number): Uint8Array => {
    if (count > bytes.length - at) throw new PickleProblem(`ends within a value at byte ${at} (it is cut short)`);
    at += count;
    return bytes.subarray(at - count, at);
  };
  const byte = (): number => take(1)[0];
  const number = (size: 2 | 4): number => {
    take(size);
    return size === 2 ? view.getUint16(at - 2, true) : view.getUint32(at - 4, true);
  };
  const signed = (): number => number(4) | 0;
  const long = (count: number): number => {
    if (count > 6) throw new PickleProblem(`has a whole number of ${count} bytes at byte ${at}, ${NOT_CIFAR}`);
    const value = [...take(count)].reduce((sum, each, byte) => sum + each * 2 ** (8 * byte), 0);
    return count > 0 && bytes[at - 1] >= 128 ? value - 2 ** (8 * count) : value;
  };
  const line = (): string => {
    const end = bytes.indexOf(0x0a, at);
    if (end < 0 || end - at > 256) throw new PickleProblem(`has no end of a name at byte ${at}`);
    const text = latin(take(end - at));
    at++;
    return text;
  };
  const push = (value: PickleValue): void => {
    if (++pushed > MOST_VALUES) throw new PickleProblem(`has more than ${MOST_VALUES.toLocaleString('en-GB')} values`);
    stack.push(value);
  };
  const pop = (): PickleValue => {
    const value = stack.pop();
    if (value === undefined || value === MARK) throw new PickleProblem(`is damaged: a value is missing at byte ${at}`);
    return value;
  };
  const popToMark = (): PickleValue[] => {
    const start = stack.lastIndexOf(MARK);
    if (start < 0) throw new PickleProblem(`is damaged: a list has no beginning at byte ${at}`);
    return stack.splice(start).slice(1);
  };
  const top = (): PickleValue => {
    const value = pop();
    stack.push(value);
    return value;
  };
  const append = (values: readonly PickleValue[]): void => {
    const list = top();
    if (!Array.isArray(list)) throw new PickleProblem(`is damaged: it adds to what is no list at byte ${at}`);
    for (const value of values) list.push(value);
  };
  const set = (entries: readonly PickleValue[]): void => {
    const dict = top();
    if (!(dict instanceof Map)) throw new PickleProblem(`is damaged: it sets entries of no dictionary at byte ${at}`);
    for (let entry = 0; entry + 1 < entries.length; entry += 2) dict.set(keyOf(entries[entry]), entries[entry + 1]);
  };
  const remembered = (index: number): PickleValue => {
    const value = memo.get(index);
    if (value === undefined) throw new PickleProblem(`is damaged: it refers to a value that is not there, ${index}`);
    return value;
  };
  const tuple = (count: number): void => push(Array.from({ length: count }, pop).reverse());
  const named = (module: string, name: string): void => push({ type: 'callable', name: callableOf(module, name) });

  const OPERATIONS: Record<string, (() => void) | undefined> = {
    '\x80': () => void requireProtocol(byte()),
    '\x95': () => void take(8),
    '(': () => push(MARK),
    '0': () => void pop(),
    '1': () => void popToMark(),
    '2': () => push(top()),
    N: () => push(null),
    '\x88': () => push(true),
    '\x89': () => push(false),
    K: () => push(byte()),
    M: () => push(number(2)),
    J: () => push(signed()),
    '\x8a': () => push(long(byte())),
    U: () => push(take(byte())),
    T: () => push(take(number(4))),
    C: () => push(take(byte())),
    B: () => push(take(number(4))),
    '\x8c': () => push(utf8(take(byte()))),
    X: () => push(utf8(take(number(4)))),
    ']': () => push([]),
    a: () => append([pop()]),
    e: () => append(popToMark()),
    l: () => push(popToMark()),
    ')': () => push([]),
    t: () => push(popToMark()),
    '\x85': () => tuple(1),
    '\x86': () => tuple(2),
    '\x87': () => tuple(3),
    '}': () => push(new Map()),
    d: () => {
      const entries = popToMark();
      push(new Map());
      set(entries);
    },
    s: () => {
      const value = pop();
      set([pop(), value]);
    },
    u: () => set(popToMark()),
    q: () => void memo.set(byte(), top()),
    r: () => void memo.set(number(4), top()),
    '\x94': () => void memo.set(memo.size, top()),
    h: () => push(remembered(byte())),
    j: () => push(remembered(number(4))),
    c: () => named(line(), line()),
    '\x93': () => {
      const name = keyOf(pop());
      named(keyOf(pop()), name);
    },
    R: () => {
      const given = pop();
      push(call(pop(), given));
    },
    b: () => {
      const state = pop();
      build(top(), state);
    },
  };

  for (;;) {
    const operation = String.fromCharCode(byte());
    if (operation === '.') return pop();
    const run = OPERATIONS[operation];
    if (run === undefined) {
      const code = operation.charCodeAt(0).toString(16).padStart(2, '0');
      throw new PickleProblem(`uses the operation 0x${code} at byte ${at - 1}, ${NOT_CIFAR}; it is not run`);
    }
    run();
  }
}

const latin = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
const utf8 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

function requireProtocol(protocol: number): void {
  if (protocol >= 2 && protocol <= 4) return;
  throw new PickleProblem(`is a pickle of protocol ${protocol}; 2 to 4 are read`);
}

/** Python 2's text is bytes. */
function keyOf(value: PickleValue): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  if (value instanceof Uint8Array && value.length <= 256) return latin(value);
  throw new PickleProblem('has a key of a dictionary that is no text');
}

function callableOf(module: string, name: string): Callable {
  const callable = Object.hasOwn(CALLABLES, `${module}.${name}`) ? CALLABLES[`${module}.${name}`] : undefined;
  if (callable) return callable;
  throw new PickleProblem(`names ${JSON.stringify(`${module}.${name}`)}, ${NOT_CIFAR}; it is not called`);
}

const isSpecial = <T extends string>(
  value: PickleValue | undefined,
  type: T,
): value is Extract<PickleValue, { type: T }> =>
  typeof value === 'object' && value !== null && 'type' in value && value.type === type;

function call(callable: PickleValue, given: PickleValue): PickleValue {
  if (!isSpecial(callable, 'callable') || !Array.isArray(given))
    throw new PickleProblem('is damaged: it calls a value');
  if (callable.name === '_reconstruct' && isSpecial(given[0], 'callable') && given[0].name === 'ndarray') {
    return { type: 'array', shape: [0], isFortran: false, values: new Uint8Array() };
  }
  if (callable.name === 'dtype') return { type: 'dtype', code: keyOf(given[0]) };
  throw new PickleProblem(`calls numpy’s ${callable.name} in a way that ${NOT_CIFAR.replace('which ', '')}`);
}

/** What follows the call that makes an array or a type of values. */
function build(made: PickleValue, state: PickleValue): void {
  if (isSpecial(made, 'dtype') && Array.isArray(state)) return;
  if (!isSpecial(made, 'array') || !Array.isArray(state)) {
    throw new PickleProblem(`sets the state of a value that is no array, ${NOT_CIFAR}`);
  }
  const [, shape, dtype, isFortran, values] = state;
  const code = isSpecial(dtype, 'dtype') ? dtype.code : 'unknown';
  if (!/^[|<>=]?(?:u1|B|uint8)$/.test(code))
    throw new PickleProblem(`holds an array of numpy’s type ${JSON.stringify(code)}, not of bytes (u1)`);
  const sizes = Array.isArray(shape) ? shape.filter((size) => typeof size === 'number' && size >= 0) : [];
  if (!(values instanceof Uint8Array) || !Array.isArray(shape) || sizes.length !== shape.length) {
    throw new PickleProblem('holds an array without sizes or without bytes');
  }
  const dimensions = sizes as number[];
  const needed = dimensions.reduce((product, size) => product * size, 1);
  if (needed !== values.length) {
    throw new PickleProblem(
      `holds an array of ${dimensions.join(' × ')} with ${values.length.toLocaleString('en-GB')} bytes`,
    );
  }
  Object.assign(made, { shape: dimensions, isFortran: isFortran === true || isFortran === 1, values });
}
