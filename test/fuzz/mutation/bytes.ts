import fc, { type Arbitrary } from 'fast-check';

/** A number in a binary format. */
export interface Field {
  at: number;
  bytes: 1 | 2 | 4 | 8;
  order: 'big' | 'little';
  /** A double instead of a whole number. */
  isFloat?: boolean;
}

/** A valid document, and what is known of how it is made. */
export interface Layout {
  bytes: Uint8Array;
  /** Lengths, counts, dimensions. */
  fields?: readonly Field[];
  /** Sections, chunks, records: from and to. */
  parts?: readonly (readonly [from: number, to: number])[];
  /** Puts checksums right again after a mutation, so that what is behind them is reached. */
  seal?(bytes: Uint8Array): Uint8Array;
  /** What the document is kept in, such as gzip; applied in every case, and then damaged itself now and then. */
  wrap?(bytes: Uint8Array): Uint8Array;
}

type Mutation =
  | { kind: 'flip'; at: number; bit: number }
  | { kind: 'set'; at: number; value: number }
  | { kind: 'truncate'; at: number }
  | { kind: 'insert'; at: number; bytes: Uint8Array }
  | { kind: 'remove'; at: number; length: number }
  | { kind: 'repeat'; at: number; length: number; times: number }
  | { kind: 'field'; field: number; value: number }
  | { kind: 'nudge'; field: number; by: number }
  | { kind: 'duplicate'; part: number }
  | { kind: 'drop'; part: number }
  | { kind: 'swap'; part: number; other: number }
  | { kind: 'splice'; document: number; part: number; at: number };

const place = fc.nat(2 ** 31 - 1);
/** Numbers at which sizes, signs and types end. */
export const EXTREMES: readonly number[] = [
  ...[0, 1, 2, 3, 7, 127, 128, 255, 256, 32_767, 32_768, 65_535, 65_536, 16_777_216],
  ...[2 ** 30, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 40, 2 ** 53, 2 ** 63, -1, -2, 0.5],
  ...[Number.MAX_VALUE, Number.MIN_VALUE, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
];

const mutation: Arbitrary<Mutation> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('flip' as const), at: place, bit: fc.nat(7) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('set' as const), at: place, value: fc.nat(255) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('truncate' as const), at: place }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('insert' as const),
      at: place,
      bytes: fc.uint8Array({ minLength: 1, maxLength: 40 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), at: place, length: fc.nat(64) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('repeat' as const),
      ...{ at: place, length: fc.integer({ min: 1, max: 64 }), times: fc.integer({ min: 1, max: 200 }) },
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('field' as const), field: place, value: fc.constantFrom(...EXTREMES) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('nudge' as const),
      field: place,
      by: fc.constantFrom(-256, -4, -2, -1, 1, 2, 4, 256),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('duplicate' as const), part: place }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('drop' as const), part: place }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('swap' as const), part: place, other: place }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('splice' as const), document: place, part: place, at: place }),
  },
);

/**
 * Valid documents (one in eight), and what one to six mutations make of them; half of these with checksums put right.
 * @param others whose parts are spliced in
 */
export function mutatedBytes(
  documents: readonly Layout[],
  others: readonly Layout[] = documents,
): Arbitrary<Uint8Array> {
  return fc
    .record({
      document: fc.nat(documents.length - 1),
      mutations: fc.oneof(
        { weight: 1, arbitrary: fc.constant([]) },
        { weight: 7, arbitrary: fc.array(mutation, { minLength: 1, maxLength: 6 }) },
      ),
      isSealed: fc.boolean(),
      damage: fc.oneof(
        { weight: 5, arbitrary: fc.constant([]) },
        { weight: 1, arbitrary: fc.array(mutation, { minLength: 1, maxLength: 3 }) },
      ),
    })
    .map(({ document, mutations, isSealed, damage }) => {
      const layout = documents[document];
      const mutated = mutate(others, layout, mutations, isSealed);
      if (!layout.wrap) return mutated;
      const wrapped: Layout = { bytes: layout.wrap(mutated) };
      return mutate([wrapped], wrapped, damage, false);
    });
}

/** The same of one document that is itself drawn. */
export function mutatedLayout(drawn: Arbitrary<Layout>): Arbitrary<Uint8Array> {
  return drawn.chain((layout) => mutatedBytes([layout]));
}

function mutate(
  documents: readonly Layout[],
  layout: Layout,
  mutations: readonly Mutation[],
  isSealed: boolean,
): Uint8Array {
  if (mutations.length === 0) return layout.bytes;
  const bytes = mutations.reduce((before, one) => apply(before, one, layout, documents), layout.bytes);
  return isSealed && layout.seal ? layout.seal(Uint8Array.from(bytes)) : bytes;
}

function apply(bytes: Uint8Array, one: Mutation, layout: Layout, documents: readonly Layout[]): Uint8Array {
  const { length } = bytes;
  const { fields = [], parts = [] } = layout;
  const at = 'at' in one ? one.at % (length + 1) : 0;
  const partOf = (number: number): readonly [number, number] => parts[number % parts.length];
  switch (one.kind) {
    case 'flip':
      return at < length ? bytes.with(at, bytes[at] ^ (1 << one.bit)) : bytes;
    case 'set':
      return at < length ? bytes.with(at, one.value) : bytes;
    case 'truncate':
      return bytes.slice(0, at);
    case 'insert':
      return join(bytes.subarray(0, at), one.bytes, bytes.subarray(at));
    case 'remove':
      return join(bytes.subarray(0, at), bytes.subarray(at + one.length));
    case 'repeat': {
      const piece = bytes.subarray(at, at + one.length);
      return join(bytes.subarray(0, at), ...new Array<Uint8Array>(one.times).fill(piece), bytes.subarray(at));
    }
    case 'field':
      return fields.length === 0 ? bytes : write(bytes, fields[one.field % fields.length], () => one.value);
    case 'nudge':
      return fields.length === 0 ? bytes : write(bytes, fields[one.field % fields.length], (value) => value + one.by);
    case 'duplicate': {
      if (parts.length === 0) return bytes;
      const [from, to] = partOf(one.part);
      return join(bytes.subarray(0, to), bytes.subarray(from));
    }
    case 'drop': {
      if (parts.length === 0) return bytes;
      const [from, to] = partOf(one.part);
      return join(bytes.subarray(0, from), bytes.subarray(to));
    }
    case 'swap': {
      if (parts.length === 0) return bytes;
      const [[a, b], [c, d]] = [partOf(one.part), partOf(one.other)].sort(([left], [right]) => left - right);
      if (b > c) return bytes;
      return join(
        ...[[0, a] as const, [c, d] as const, [b, c] as const, [a, b] as const].map(cut(bytes)),
        bytes.subarray(d),
      );
    }
    case 'splice': {
      const other = documents[one.document % documents.length];
      const [from, to] = other.parts?.length ? other.parts[one.part % other.parts.length] : [0, other.bytes.length];
      return join(bytes.subarray(0, at), other.bytes.subarray(from, to), bytes.subarray(at));
    }
  }
}

const cut =
  (bytes: Uint8Array) =>
  ([from, to]: readonly [number, number]): Uint8Array =>
    bytes.subarray(from, to);

export function join(...pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

function write(bytes: Uint8Array, field: Field, change: (value: number) => number): Uint8Array {
  if (field.at + field.bytes > bytes.length) return bytes;
  const changed = Uint8Array.from(bytes);
  const view = new DataView(changed.buffer);
  const little = field.order === 'little';
  const { at } = field;
  if (field.isFloat) {
    view.setFloat64(at, change(view.getFloat64(at, little)), little);
    return changed;
  }
  // Whole numbers wrap as the setters do; NaN and infinities become 0.
  if (field.bytes === 1) view.setUint8(at, change(view.getUint8(at)));
  else if (field.bytes === 2) view.setUint16(at, change(view.getUint16(at, little)), little);
  else if (field.bytes === 4) view.setUint32(at, change(view.getUint32(at, little)), little);
  else {
    const value = change(Number(view.getBigUint64(at, little)));
    view.setBigUint64(at, Number.isFinite(value) ? BigInt.asUintN(64, BigInt(Math.trunc(value))) : 0n, little);
  }
  return changed;
}
