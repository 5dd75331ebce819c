import fc, { type Arbitrary } from 'fast-check';
import { NETWORK_NAMES, type FieldDescription } from '../../../src-main/contract/index.ts';
import { describeFields } from '../../support/methods.ts';

const TEXTS: Readonly<Record<string, Arbitrary<string>>> = {
  name: fc.string({ maxLength: 20 }),
  dataset: fc.constantFrom('digits', 'photos'),
  network: fc.oneof(
    fc.constantFrom(...NETWORK_NAMES, 'mlp-256-128'),
    fc
      .array(fc.integer({ min: 1, max: 9_999_999 }), { minLength: 1, maxLength: 8 })
      .map((widths) => `mlp-${widths.join('-')}`),
  ),
};

/** A value that a field takes. */
export function fieldValue({ key, control, least = 0, most = 1, choices = [] }: FieldDescription): Arbitrary<unknown> {
  switch (control) {
    case 'choice':
      return fc.constantFrom(...choices);
    case 'switch':
      return fc.boolean();
    case 'integer':
      return fc.oneof(fc.integer({ min: least, max: most }), fc.constantFrom(least, most));
    case 'number':
      return fc.oneof(
        fc.double({ min: least, max: most, noNaN: true }).map((value) => value + 0),
        fc.constantFrom(least, most),
      );
    case 'text':
      return TEXTS[key] ?? fc.string();
  }
}

const fields = describeFields();

/** Configurations as a person writes them: some of the keys, each with a value that it takes. */
export const validConfigurations: Arbitrary<Record<string, unknown>> = fc.record(
  Object.fromEntries(fields.map((field) => [field.key, fieldValue(field)])),
  { requiredKeys: [] },
);

/** A few keys only, so that most documents are valid as a whole. */
export const shortConfigurations: Arbitrary<Record<string, unknown>> = fc
  .array(fc.constantFrom(...fields.filter(({ key }) => key !== 'seed' && key !== 'name')), { maxLength: 5 })
  .chain((chosen) => fc.record(Object.fromEntries(chosen.map((field) => [field.key, fieldValue(field)]))));
