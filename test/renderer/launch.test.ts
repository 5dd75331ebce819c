import { expect, test } from 'vitest';
import { draftFrom, readDraft } from '../../src-renderer/launch/draft.ts';
import { parseSeeds } from '../../src-renderer/launch/seeds.ts';
import { METHOD_NAMES, describeFields, requireConfiguration, methodOf } from '../support/methods.ts';
import { builtInMethods } from '../../src-main/topology/methods/index.ts';
import { defaultsOf } from '../../src-main/contract/index.ts';

const fields = describeFields();

test('seeds are listed, ranged and counted once', () => {
  expect(parseSeeds('1')).toEqual({ ok: true, seeds: [1] });
  expect(parseSeeds(' 3, 1;1 4-6 ')).toEqual({ ok: true, seeds: [3, 1, 4, 5, 6] });
});

test.each([
  ['', 'at least one seed'],
  ['1, x', '“x” is not a seed'],
  ['-3', '“-3” is not a seed'],
  ['5-2', 'write 2-5'],
  ['4294967296', 'at most 4294967295'],
  ['1-100000', 'at most 200'],
  ['1.5', '“1.5” is not a seed'],
])('seeds %o are refused with a reason', (text, reason) => {
  const read = parseSeeds(text);
  expect(read.ok ? '' : read.message).toContain(reason);
});

test('every method has defaults that pass the schema', () => {
  for (const method of METHOD_NAMES) expect(requireConfiguration({ method })).toEqual(defaultsOf(methodOf(method)));
});

test('an untouched form is one run, all by default', () => {
  expect(readDraft({}, fields)).toEqual({ configurations: [{ seed: 1 }], readable: { seed: 1 }, issues: [] });
});

test('several seeds are several runs, with names that tell them apart', () => {
  const { configurations } = readDraft({ seed: '1, 2', name: 'Trial', sparsity: '0.9' }, fields);
  expect(configurations).toEqual([
    { name: 'Trial, seed 1', sparsity: 0.9, seed: 1 },
    { name: 'Trial, seed 2', sparsity: 0.9, seed: 2 },
  ]);
});

test('text that is no number is named, and hides no other field from the lab', () => {
  const read = readDraft({ epochs: 'ten', batchSize: '', learningRate: '1e-3', seed: 'x', nesterov: false }, fields);
  expect(read.configurations).toEqual([]);
  expect(read.issues.map((issue) => issue.field)).toEqual(['epochs', 'batchSize', 'seed']);
  expect(read.issues[0].message).toBe('must be a number, not “ten”');
  expect(read.readable).toEqual({ learningRate: 0.001, nesterov: false, seed: 1 });
});

test('starting from a run makes the same run again, without its name', () => {
  const configuration = requireConfiguration({
    name: 'Old',
    method: 'set-itop',
    sparsity: 0.98,
    nesterov: false,
    seed: 7,
    epochs: 3,
  });
  const draft = draftFrom(configuration, builtInMethods);
  expect(draft).toEqual({ method: 'set-itop', sparsity: '0.98', nesterov: false, seed: '7', epochs: '3' });
  const { configurations } = readDraft(draft, fields);
  expect(requireConfiguration(configurations[0])).toEqual({ ...configuration, name: '' });
});
