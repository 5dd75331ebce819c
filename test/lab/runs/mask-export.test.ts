import { expect, it } from 'vitest';
import type { ConfigurationInput, MeasureResult } from '../../../src-main/contract/index.ts';
import { maskHistoryLines } from '../../../src-main/lab/runs/mask-export.ts';
import { openTestLab, tiny } from '../support/lab.ts';

interface Exported {
  layers: { name: string; outputs: number; inputs: number }[];
  steps: number[];
  regrownLiveOn: boolean;
  /** By layer: the initial mask, and what each update did. */
  masks: { active: number[]; updates: { dropped: number[]; grown: number[] }[] }[];
}

function read(lines: readonly string[]): Exported {
  const [head, ...rest] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  const { layers, steps, regrownLiveOn } = head as unknown as Exported;
  const masks = layers.map((_, at) => {
    const own = rest.filter(({ layer }) => layer === at) as unknown as Exported['masks'][number]['updates'];
    expect((own as unknown as { update: number }[]).map(({ update }) => update)).toEqual([...steps.keys()]);
    return { active: (own[0] as unknown as { active: number[] }).active, updates: own.slice(1) };
  });
  return { layers, steps, regrownLiveOn, masks };
}

function inBoth({ dropped, grown }: { dropped: number[]; grown: number[] }): number[] {
  const again = new Set(grown);
  return dropped.filter((position) => again.has(position));
}

/** Whole lives by length, lives that go on by length, and lives begun by every position, from the export alone. */
function livesOf({ layers, regrownLiveOn, masks }: Exported, layer: number) {
  const { active, updates } = masks[layer];
  const { outputs, inputs } = layers[layer];
  const begun = new Array<number>(outputs * inputs).fill(0);
  const deaths = new Array<number>(updates.length + 1).fill(0);
  const censored = [...deaths];
  const birth = new Map<number, number>();
  const start = (position: number, update: number): void => {
    begun[position]++;
    birth.set(position, update);
  };
  for (const position of active) start(position, 0);
  updates.forEach(({ dropped, grown }, at) => {
    const both = new Set(regrownLiveOn ? inBoth({ dropped, grown }) : []);
    for (const position of dropped) {
      if (both.has(position)) continue;
      deaths[at + 1 - (birth.get(position) ?? NaN)]++;
      birth.delete(position);
    }
    for (const position of grown) if (!both.has(position)) start(position, at + 1);
  });
  for (const update of birth.values()) censored[updates.length - update]++;
  const positions = new Array<number>(Math.max(...begun) + 1).fill(0);
  for (const count of begun) positions[count]++;
  return { deaths, censored, positions, last: [...birth.keys()].sort((a, b) => a - b) };
}

const columnsOf = (result: MeasureResult, layer: number, ...names: string[]): number[][] =>
  names.map((name) => [...result.layers[layer].columns[name]]);

/** Dense enough for random growth to take up at once much of what was dropped. */
const input: ConfigurationInput = { ...tiny, sparsity: 0.5, pruneRate: 0.5, updateEvery: 10 };

it.each([
  ['set', {}, false],
  ['set', { growthInitialisation: 'kept' }, true],
  ['set-itop', { fidelity: 'reference' }, true],
  ['rigl', {}, false],
  ['gmp', { sparsity: 0.9 }, false],
] as const)(
  'of %s with %o, lives and survival follow from its exported masks alone',
  async (method, change, livesOn) => {
    const lab = await openTestLab();
    const [{ id }] = await lab.launchRuns([{ ...input, method, ...change }], null);
    const [run] = await lab.waitForEnd([id]);
    const lines: string[] = [];
    for await (const line of maskHistoryLines(lab, id)) lines.push(line);
    const exported = read(lines);
    expect(exported.steps).toHaveLength(run.updates + 1);
    expect(exported.regrownLiveOn).toBe(livesOn);
    const regrown = exported.masks[0].updates.flatMap(({ dropped, grown }) =>
      dropped.filter((position) => grown.includes(position)),
    );
    if (method.startsWith('set')) expect(regrown.length).toBeGreaterThan(100);
    const [lives, survival] = await Promise.all([lab.measureRun(id, 'lives', {}), lab.measureRun(id, 'survival', {})]);
    for (const layer of exported.layers.keys()) {
      const { deaths, censored, positions, last } = livesOf(exported, layer);
      expect(columnsOf(lives, layer, 'positions')).toEqual([positions]);
      expect(columnsOf(survival, layer, 'deaths', 'censored')).toEqual([deaths, censored]);
      const view = await lab.maskView(id, layer, run.updates);
      expect(last).toHaveLength(view.positions.length - view.counts.died);
    }
  },
);
