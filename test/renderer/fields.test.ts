import * as v from 'valibot';
import { expect, test } from 'vitest';
import { defaultImportChoices, importChoicesSchema, type ImportChoices } from '../../src-main/contract/index.ts';
import { FIRST_IMPORT_DRAFT, readImportDraft } from '../../src-renderer/datasets/import-draft.ts';
import { readWholeNumber } from '../../src-renderer/run/whole-number.ts';

const sizes: [string, ImportChoices['size']][] = [
  ['', null],
  ['  ', null],
  ['32', [32, 32]],
  ['32x24', [32, 24]],
  [' 32 × 24 ', [32, 24]],
  ['32X24', [32, 24]],
  ['4096', [4096, 4096]],
];

test.each(sizes)('a size typed as %o is read, and the lab takes it', (size, read) => {
  const { choices, issue } = readImportDraft({ ...FIRST_IMPORT_DRAFT, name: 'shapes', size });
  expect(issue).toBeNull();
  expect(choices).toEqual({ ...defaultImportChoices, name: 'shapes', size: read });
  expect(v.is(importChoicesSchema, choices)).toBe(true);
});

test.each(['32 by 32', '50000', '4097', '0', '32x0', '-3', '1.5', 'x32', '32x'])(
  'a size typed as %o is named, not passed over',
  (size) => {
    const { choices, issue } = readImportDraft({ ...FIRST_IMPORT_DRAFT, size: ` ${size} ` });
    expect(choices).toBeNull();
    expect(issue?.field).toBe('size');
    expect(issue?.text).toContain(`from 1 to 4096, not “${size}”`);
  },
);

test('every choice of the command line can be made; what is left empty is as usual', () => {
  const typed = {
    testShare: ' 0.35 ',
    seed: '7',
    labels: ' fine_label ',
    valueRange: ' 0, 4095',
    mostGibibytes: '16',
    size: '32',
    resize: 'contain',
  } as const;
  expect(readImportDraft({ ...FIRST_IMPORT_DRAFT, ...typed }).choices).toEqual({
    ...defaultImportChoices,
    ...{
      testShare: 0.35,
      seed: 7,
      labels: 'fine_label',
      valueRange: [0, 4095],
      mostGibibytes: 16,
      size: [32, 32],
      resize: 'contain',
    },
  });
  const empty = { name: ' ', testShare: '', seed: ' ', labels: '', valueRange: ' ', mostGibibytes: '' };
  expect(readImportDraft({ ...FIRST_IMPORT_DRAFT, ...empty }).choices).toEqual(defaultImportChoices);
});

test.each([
  ['testShare', 'Test share must be a share from 0.01 to 0.9', ['1', '0']],
  ['testShare', 'Test share must be a number', ['half', '20%']],
  ['seed', 'Seed must be a', ['1.5', '-1', '4294967296', 'x']],
  ['valueRange', 'Value range must be two numbers', ['5', '1, 0', '0, x', '0,', '1,2,3']],
  ['mostGibibytes', 'Memory, GiB must be a number', ['0', 'much', '2000']],
  ['name', 'Name must start with a letter or digit', ['My pets', '../x']],
] as const)('%s: %s', (field, message, values) => {
  for (const value of values) {
    const { choices, issue } = readImportDraft({ ...FIRST_IMPORT_DRAFT, [field]: value });
    expect(choices).toBeNull();
    expect(issue).toEqual({ field, text: expect.stringContaining(message) as string });
    expect(issue?.text).toContain(`not “${value}”.`);
  }
});

test('whole numbers are read, and an empty field is none', () => {
  expect(readWholeNumber(' 12 ')).toEqual({ value: 12, issue: null });
  expect(readWholeNumber('0')).toEqual({ value: 0, issue: null });
  expect(readWholeNumber('  ')).toEqual({ value: null, issue: null });
});

test.each(['abc', '1.5', '-1', '1e3', '1 2', '99999999999999999999'])('%o is named as no whole number', (text) => {
  expect(readWholeNumber(text)).toEqual({
    value: null,
    issue: `must be a whole number, 0 or more, not “${text}”`,
  });
});
