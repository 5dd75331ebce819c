import fc, { type Arbitrary } from 'fast-check';
import { npyBytes, type NpyOptions } from '../../datasets/support/archive-files.ts';
import { EXTREMES, mutatedLayout, type Layout } from '../mutation/bytes.ts';

const TYPES = ['|u1', '|b1', '|i1', '<u2', '>u2', '<i4', '<u4', '<f2', '<f4', '>f4', '<f8', '<i8', '>i8', '<u8'];
const OTHER_TYPES = ['<c8', '|O', '<U3', '|S4', '<M8[s]', '|V4', '<f16', '', '<', '<u3', 'u1', '?', '=f4', '<f99999'];
const HEADERS = [
  '{',
  '{}',
  "{'descr': [('a', '<u1')], 'fortran_order': False, 'shape': (2,), }",
  '{"descr": "|u1", "fortran_order": False, "shape": (6L, 2L, 2L), }',
  "{'descr': '|u1', 'fortran_order': maybe, 'shape': (6, 2, 2), }",
  "{'descr': '|u1', 'fortran_order': False, 'shape': (6, -2, 2), }",
  `{'descr': '|u1', 'fortran_order': False, 'shape': (${'1,'.repeat(2000)}), }`,
  `{${"'a': 'b', ".repeat(4000)}}`,
  `{'descr': '${'x'.repeat(9000)}', 'fortran_order': False, 'shape': (6, 2, 2), }`,
];

const smallSide = fc.integer({ min: 1, max: 4 });
const side = fc.oneof(
  { weight: 6, arbitrary: smallSide },
  { weight: 1, arbitrary: fc.constantFrom(0, ...EXTREMES.filter((value) => Number.isInteger(value) && value >= 0)) },
);

const common: Arbitrary<NpyOptions> = fc.record(
  {
    type: fc.oneof(
      { weight: 20, arbitrary: fc.constantFrom(...TYPES) },
      { weight: 1, arbitrary: fc.constantFrom(...OTHER_TYPES) },
    ),
    isFortran: fc.boolean(),
    version: fc.constantFrom(1 as const, 2 as const, 3 as const),
    header: fc.constantFrom(...HEADERS),
  },
  { requiredKeys: ['type'] },
);
const options = fc.oneof(
  { weight: 9, arbitrary: common.map((all): NpyOptions => ({ ...all, header: undefined })) },
  { weight: 1, arbitrary: common },
);

/** As many values as the shape says, or as fit into a small file. */
const MOST_VALUES = 400;

const values = (count: number, of: (at: number) => number): number[] =>
  Array.from({ length: Math.min(count, MOST_VALUES) }, (_, at) => of(at));

interface ArrayPlan {
  /** Of an image: height and width, and channels where there are three or four. */
  sides: number[];
  options: NpyOptions;
}

/** What the images of a dataset have in common. */
const plans: Arbitrary<ArrayPlan> = fc.record({
  sides: fc.oneof(
    { weight: 5, arbitrary: fc.tuple(smallSide, smallSide) },
    { weight: 3, arbitrary: fc.tuple(smallSide, smallSide, fc.constantFrom(1, 3)) },
    { weight: 1, arbitrary: fc.array(side, { maxLength: 5 }) },
  ),
  options,
});

const labelOptions = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom('|u1', '<i8', '<i4', '>u2').map((type): NpyOptions => ({ type })) },
  { weight: 1, arbitrary: options },
);

/** Most are as they should be, the rest mutated. */
const mostlyWhole = (layout: Arbitrary<Layout>): Arbitrary<Uint8Array> =>
  fc.oneof({ weight: 4, arbitrary: layout.map(({ bytes }) => bytes) }, { weight: 1, arbitrary: mutatedLayout(layout) });

function imagesOf(count: number, { sides, options: chosen }: ArrayPlan): Arbitrary<Uint8Array> {
  const drawn = fc.record({
    shape: fc.oneof(
      { weight: 12, arbitrary: fc.constant<number[]>([count, ...sides]) },
      { weight: 1, arbitrary: fc.array(side, { maxLength: 5 }) },
    ),
    odd: fc.constantFrom(...new Array<null>(8).fill(null), Number.NaN, 1e30, -1, 0.5),
  });
  return mostlyWhole(
    drawn.map(({ shape, odd }) => {
      const length = shape.reduce((product, each) => product * each, 1);
      return layoutOf(
        shape,
        values(length, (at) => (at === 3 && odd !== null ? odd : (at * 7) % 251)),
        chosen,
      );
    }),
  );
}

function labelsOf(count: number): Arbitrary<Uint8Array> {
  const drawn = fc.record({
    length: fc.oneof({ weight: 12, arbitrary: fc.constant(count) }, { weight: 1, arbitrary: side }),
    isColumn: fc.boolean(),
    options: labelOptions,
  });
  return mostlyWhole(
    drawn.map(({ length, isColumn, options: chosen }) =>
      layoutOf(
        isColumn ? [length, 1] : [length],
        values(length, (at) => at % 3),
        chosen,
      ),
    ),
  );
}

/** Arrays of a dataset by their names: with a test split, or without. */
export const arraySets: Arbitrary<Record<string, Uint8Array>> = plans.chain((plan) =>
  fc.oneof(
    fc.record({ x_train: imagesOf(6, plan), y_train: labelsOf(6), x_test: imagesOf(3, plan), y_test: labelsOf(3) }),
    fc.record({ images: imagesOf(6, plan), labels: labelsOf(6) }),
  ),
);

function layoutOf(shape: number[], numbers: number[], chosen: NpyOptions): Layout {
  const isLong = /[ui]8/.test(chosen.type ?? '');
  const bytes = npyBytes(shape, isLong ? numbers.map((value) => Math.trunc(value) || 0) : numbers, chosen);
  return {
    bytes,
    fields: [{ at: 8, bytes: 2, order: 'little' }],
    // The dictionary, and the numbers.
    parts: [[10, bytes.indexOf(10, 10)]],
  };
}
