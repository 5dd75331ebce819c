import { expect, test } from 'vitest';
import { compareConfigurations } from '../../src-renderer/compare/differences.ts';
import { denseTwin, pairedDifference, seedGroups, spread } from '../../src-renderer/compare/pairs.ts';
import { SUMMARY_COLUMNS, seedRows, summaryRows, summaryTable } from '../../src-renderer/compare/summary.ts';
import { detail } from './support/details.ts';
import { describeFields } from '../support/methods.ts';
import { builtInMethods } from '../../src-main/topology/methods/index.ts';
import { dependsOnMethod } from '../../src-main/contract/index.ts';

const dense = detail({ method: 'dense', seed: 1 }, { testAccuracy: 0.97 });
const rigl = detail({ method: 'rigl', seed: 1 }, { testAccuracy: 0.962 });

test('a difference is paired with the dense run of the same seed', () => {
  const other = detail({ method: 'dense', seed: 2 }, { testAccuracy: 0.5 });
  expect(pairedDifference(rigl, [other, dense])).toBeCloseTo(-0.008, 12);
  expect(pairedDifference(rigl, [other])).toBeNull();
});

test('nothing pairs with a run of other data, network, length or optimisation', () => {
  const changes = [{ dataset: 'fashion-mnist' }, { network: 'mlp-64' }, { epochs: 11 }, { learningRate: 0.1 }];
  for (const change of changes) {
    expect(denseTwin(rigl, [detail({ method: 'dense', seed: 1, ...change }, { testAccuracy: 0.9 })])).toBeNull();
  }
});

test('threads and topology do not keep a pair apart; a dense run has no twin', () => {
  const twin = detail({ method: 'dense', seed: 1, threads: 4, updateEvery: 7 }, { testAccuracy: 0.97 });
  expect(denseTwin(rigl, [twin])).toBe(twin);
  expect(denseTwin(dense, [dense, twin])).toBeNull();
});

test('no field that a dense run does not use keeps a pair apart', () => {
  const unused = describeFields().filter(({ key }) => dependsOnMethod(key));
  expect(unused.map(({ key }) => key)).toEqual(
    expect.arrayContaining(['scoringSamples', 'explorationShare', 'gradientBatches']),
  );
  for (const { key } of unused) {
    const configuration = { ...dense.configuration, [key]: 'another value' } as typeof dense.configuration;
    const twin = { ...dense, configuration };
    expect(denseTwin(rigl, [twin]), key).toBe(twin);
  }
  const otherwise = { ...dense, configuration: { ...dense.configuration, seed: 3 } };
  expect(denseTwin(rigl, [otherwise])).toBeNull();
});

test('an unfinished dense run is no measure, and the newest finished one counts', () => {
  const cancelled = detail({ method: 'dense', seed: 1 }, { testAccuracy: 0.4, status: 'cancelled', createdAt: 9 });
  const newer = detail({ method: 'dense', seed: 1 }, { testAccuracy: 0.96, createdAt: 5 });
  expect(denseTwin(rigl, [dense, newer, cancelled])).toBe(newer);
});

test('the spread is that of a sample', () => {
  expect(spread([])).toBeNull();
  expect(spread([3])).toEqual({ n: 1, mean: 3, deviation: null });
  expect(spread([1, 2, 3])).toEqual({ n: 3, mean: 2, deviation: 1 });
});

test('runs that differ by seed alone are one experiment', () => {
  const runs = [rigl, detail({ method: 'rigl', seed: 2 }, { testAccuracy: 0.96 }), dense];
  expect(seedGroups(runs, builtInMethods).map((group) => group.length)).toEqual([2, 1]);
});

test('what a method does not use, and how a run was carried out, makes no other experiment', () => {
  const again = detail({ method: 'dense', seed: 2, updateEvery: 7, threads: 4 }, { testAccuracy: 0.96 });
  expect(seedGroups([dense, again], builtInMethods)).toEqual([[dense, again]]);
  const later = detail({ method: 'rigl', seed: 2, updateEvery: 7 }, { testAccuracy: 0.96 });
  expect(seedGroups([rigl, later], builtInMethods)).toEqual([[rigl], [later]]);
});

test('means over seeds, with paired differences', () => {
  const denseTwo = detail({ method: 'dense', seed: 2 }, { testAccuracy: 0.96 });
  const riglTwo = detail({ method: 'rigl', seed: 2 }, { testAccuracy: 0.956 });
  const runs = [dense, rigl, denseTwo, riglTwo];
  const rows = seedRows(runs, runs, builtInMethods);
  expect(rows.map((row) => [row.n, row.accuracy, row.difference])).toEqual([
    [2, '96.50 % ± 0.71 %', '–'],
    [2, '95.90 % ± 0.42 %', '−0.60 ± 0.28 (n = 2)'],
  ]);
});

test('groups that differ in one key have labels that differ in it, and identities of their own', () => {
  const often = (seed: number) => detail({ method: 'rigl', seed, updateEvery: 7 }, { testAccuracy: 0.9 });
  const riglTwo = detail({ method: 'rigl', seed: 2 }, { testAccuracy: 0.956 });
  const rows = seedRows([rigl, riglTwo, often(1), often(2)], [], builtInMethods);
  expect(rows.map(({ label }) => label.replace(/^.*updateEvery/, 'updateEvery'))).toEqual([
    `updateEvery ${rigl.configuration.updateEvery}`,
    'updateEvery 7',
  ]);
  expect(new Set(rows.map(({ id }) => id)).size).toBe(2);
});

test('a run cut short is neither averaged nor paired', () => {
  const short = detail({ method: 'rigl', seed: 2 }, { testAccuracy: 0.5, status: 'cancelled' });
  expect(seedRows([rigl, short], [dense], builtInMethods)).toEqual([]);
  expect(pairedDifference({ ...rigl, item: { ...rigl.item, status: 'cancelled' } }, [dense])).toBeNull();
});

test('a seed that was run twice is one sample, its newest run', () => {
  const again = detail({ method: 'rigl', seed: 1, threads: 4 }, { testAccuracy: 0.962, createdAt: 7 });
  const riglTwo = detail({ method: 'rigl', seed: 2 }, { testAccuracy: 0.956 });
  expect(seedRows([rigl, again], [dense], builtInMethods)).toEqual([]);
  const [row] = seedRows([rigl, again, riglTwo], [dense], builtInMethods);
  expect([row.n, row.accuracy, row.difference]).toEqual([2, '95.90 % ± 0.42 %', '−0.80 (n = 1)']);
});

test('only keys that differ are marked as different', () => {
  const rows = compareConfigurations([dense.configuration, rigl.configuration], builtInMethods);
  const differing = (compared: typeof rows) => compared.filter((row) => !row.isSame).map((row) => row.key);
  expect(differing(rows)).toEqual(['method']);
  expect(rows.find((row) => row.key === 'method')?.values).toEqual(['dense', 'rigl']);

  const denser = { ...rigl.configuration, sparsity: 0.9 };
  const three = compareConfigurations([dense.configuration, rigl.configuration, denser], builtInMethods);
  expect(differing(three)).toEqual(['method', 'sparsity']);
  expect(three.find((row) => row.key === 'sparsity')?.values).toEqual(['–', '0.95', '0.9']);
});

test('the summary reads well, and exports exactly', () => {
  const [row] = summaryRows([rigl], [dense]);
  expect(row.twin).toBe(dense);
  const shown = Object.fromEntries(SUMMARY_COLUMNS.map(({ title, cell }) => [title, cell(row)]));
  expect(shown).toMatchObject({ State: 'Finished', 'Test accuracy': '96.20 %', 'To dense, pp': '−0.80' });
  const exact = summaryTable([rigl], [dense]);
  expect(exact.rows[0][exact.head.indexOf('testAccuracy')]).toBe('0.962');
  expect(exact.rows[0]).toHaveLength(exact.head.length);
});

test('a diverged run is in no mean, and is named with its state unless its seed was repeated', () => {
  const riglTwo = detail({ method: 'rigl', seed: 2 }, { testAccuracy: 0.956 });
  const diverged = detail({ method: 'rigl', seed: 3 }, { testAccuracy: 0.1, status: 'diverged' });
  const [row] = seedRows([rigl, riglTwo, diverged], [dense], builtInMethods);
  expect([row.n, row.accuracy, row.leftOut]).toEqual([2, '95.90 % ± 0.42 %', `${diverged.item.name} (diverged)`]);

  const repeated = detail({ method: 'rigl', seed: 3 }, { testAccuracy: 0.959, createdAt: 9 });
  expect(seedRows([rigl, riglTwo, diverged, repeated], [dense], builtInMethods)[0].leftOut).toBeNull();
  const exact = summaryTable([diverged], []);
  expect(exact.rows[0][exact.head.indexOf('status')]).toBe('diverged');
});
