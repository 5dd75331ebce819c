import { PickleProblem, unpickle, type PickleValue } from '../../../src-main/datasets/readers/cifar/unpickle.ts';
import { pickleLayouts } from '../documents/pickles.ts';
import { expectThat, type Entrance } from '../harness/entrance.ts';
import { mutatedBytes } from '../mutation/bytes.ts';

/** Pickles by themselves: nothing but plain values and arrays of bytes comes out of one. */
export const pickles: Entrance<Uint8Array> = {
  name: 'pickle',
  what: 'pickles, of which only plain values and arrays of numpy are read',
  refusals: [PickleProblem.name],
  open: () => ({
    cases: mutatedBytes(pickleLayouts()),
    run(bytes) {
      requirePlain(unpickle(bytes), new Set());
    },
  }),
};

function requirePlain(value: PickleValue, seen: Set<object>): void {
  if (typeof value !== 'object' || value === null || seen.has(value)) return;
  seen.add(value);
  if (value instanceof Uint8Array) return;
  if (value instanceof Map) {
    for (const each of value.values()) requirePlain(each, seen);
  } else if (Array.isArray(value)) {
    for (const each of value) requirePlain(each, seen);
  } else if ('type' in value && value.type === 'array') {
    const count = value.shape.reduce((product: number, side: number) => product * side, 1);
    expectThat(value.values.length === count, `has ${value.values.length} values of ${value.shape.join(' × ')}`);
  }
}
