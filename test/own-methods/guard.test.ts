import { describe, expect, it } from 'vitest';
import type { RuleAtWork } from '../../src-main/contract/index.ts';
import { guardMethod } from '../../src-main/own-methods/guard-method.ts';
import { loadMethod } from '../../src-main/own-methods/load-method.ts';
import { openCpu } from '../engine/cpu-support.ts';
import { trainTrial, planTrials } from '../../src-main/lab/methods/check/trials.ts';
import { methodFile, type FileParts } from './support.ts';

async function train(parts: FileParts, onRule?: (rule: RuleAtWork | null) => void): Promise<void> {
  const file = 'mine.js';
  const method = guardMethod(loadMethod({ file, code: methodFile(parts) }), { file }, onRule);
  const { trials } = planTrials(method);
  await trainTrial(method, trials[0].configuration, openCpu);
}

const DROP = 'The method mine failed at update 1 in its drop rule of layer ';
const GROW = 'The method mine failed at update 1 in its grow rule of layer ';

describe('a rule that goes wrong ends its run with method, update, rule, layer, file and line', () => {
  it.each<[what: string, parts: FileParts, beginning: string, reason: RegExp]>([
    ['throws', { drop: "() => { throw new Error('no idea'); }" }, DROP, /: no idea \(mine\.js:11\)\.$/],
    ['rejects', { grow: "async () => { throw new Error('no idea'); }" }, GROW, /: no idea \(mine\.js:12\)\.$/],
    [
      'drops too few',
      { drop: '() => new Uint32Array(0)' },
      DROP,
      /: 0 weights of layer \S+ would be dropped instead of \d+ \(mine\.js\)/,
    ],
    [
      'drops an array',
      { drop: '(view, count) => Array.from({ length: count }, (_, at) => at)' },
      DROP,
      /is an array, not a Uint32Array/,
    ],
    [
      'drops in no order',
      { drop: '(view, count) => Uint32Array.from({ length: count }, (_, at) => count - at)' },
      DROP,
      /not ascending ranks/,
    ],
    [
      'drops what is not there',
      { drop: '(view, count) => Uint32Array.from({ length: count }, (_, at) => 1e6 + at)' },
      DROP,
      /not ascending ranks below its \d+ active weights/,
    ],
    ['gives nothing', { drop: '() => undefined' }, DROP, /is undefined, not a Uint32Array/],
    [
      'grows too many',
      { grow: '(view, dropped, count) => new Float64Array(count + 1)' },
      GROW,
      /weights of layer \S+ would be grown instead of/,
    ],
    [
      'grows Uint32',
      { grow: '(view, dropped, count) => new Uint32Array(count)' },
      GROW,
      /is Uint32Array, not a Float64Array/,
    ],
    ['grows NaN', { grow: '(view, dropped, count) => new Float64Array(count).fill(NaN)' }, GROW, /NaN at 0/],
    [
      'grows a part of a position',
      { grow: '(view, dropped, count) => Float64Array.from({ length: count }, (_, at) => at + 0.5)' },
      GROW,
      /0\.5 at 0/,
    ],
    [
      'grows beyond the layer',
      { grow: '(view, dropped, count) => Float64Array.from({ length: count }, (_, at) => 1e9 + at)' },
      GROW,
      /ascending positions below \d+: 1000000000 at 0/,
    ],
    [
      'grows what is active',
      { grow: '(view, { ranks }, count) => view.positions.filter((_, at) => !ranks.includes(at)).slice(0, count)' },
      GROW,
      /position \d+ of layer \S+ would be grown, but is active/,
    ],
    [
      'plans counts that cannot be',
      {
        rewired: 'counts: (views) => views.map(() => ({ drop: 1e9, grow: 0 })),',
        declared: "exploration: { kind: 'undetermined', why: 'test' },",
      },
      'The method mine failed at update 1 in its counts rule: ',
      /cannot drop 1000000000 and grow 0 weights/,
    ],
    [
      'changes the density',
      {
        rewired: 'counts: (views) => views.map(() => ({ drop: 2, grow: 1 })),',
        declared: "exploration: { kind: 'undetermined', why: 'test' },",
      },
      'The method mine failed at update 1 in its counts rule: ',
      /weights should be active after it, but \d+ are planned/,
    ],
    [
      'asks for values that it does not keep',
      { drop: 'async (view) => view.held()' },
      DROP,
      /keeps no values of inactive weights/,
    ],
  ])('%s', async (_, parts, beginning, reason) => {
    const failure = await train(parts).then(
      () => '',
      (error: Error) => error.message,
    );
    expect(failure.slice(0, beginning.length)).toBe(beginning);
    expect(failure).toMatch(reason);
  });

  it('a plan without end ends by itself', () => {
    const file = 'mine.js';
    const code = methodFile({ rewired: 'steps() { for (;;); },' });
    const method = guardMethod(loadMethod({ file, code }), { file });
    expect(() => planTrials(method)).toThrow(
      /^The method mine failed in its steps: it took more than 5 seconds \(mine\.js/,
    );
  });
});

it('whoever watches knows each rule that is at work, and when it has ended', async () => {
  const rules: (RuleAtWork | null)[] = [];
  await train({}, (rule) => rules.push(rule));
  const begun = rules.filter((_, at) => at % 2 === 0);
  expect(rules.filter((_, at) => at % 2 === 1).every((rule) => rule === null)).toBe(true);
  // The last layer is dense by its distribution, and loses nothing.
  expect(begun.slice(0, 4)).toEqual([
    { rule: 'drop', layer: 0, update: 1 },
    { rule: 'grow', layer: 0, update: 1 },
    { rule: 'drop', layer: 0, update: 2 },
    { rule: 'grow', layer: 0, update: 2 },
  ]);
});
