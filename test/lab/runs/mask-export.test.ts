import { execFileSync, spawnSync } from 'node:child_process';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { describe, expect, it, test } from 'vitest';
import {
  MASK_EXPORT_FORMATS,
  type ConfigurationInput,
  type ExportProgress,
  type MaskExportFormat,
  type MeasureResult,
} from '../../../src-main/contract/index.ts';
import type { Lab } from '../../../src-main/lab/lab.ts';
import { temporaryFolder } from '../../datasets/support/temporary-folder.ts';
import { openTestLab, tiny } from '../support/lab.ts';

interface Exported {
  layers: { name: string; outputs: number; inputs: number }[];
  steps: number[];
  regrownLiveOn: boolean;
  /** By layer: the initial mask, and what each update did. */
  masks: { active: number[]; updates: { dropped: number[]; grown: number[] }[] }[];
}

function readJson(file: Buffer): Exported {
  const lines = file.toString().trimEnd().split('\n');
  const [head, ...rest] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  const { layers, steps, regrownLiveOn } = head as unknown as Exported;
  const masks = layers.map((_, at) => {
    const own = rest.filter(({ layer }) => layer === at) as unknown as Exported['masks'][number]['updates'];
    expect((own as unknown as { update: number }[]).map(({ update }) => update)).toEqual([...steps.keys()]);
    const updates = own.slice(1).map(({ dropped, grown }) => ({ dropped, grown }));
    return { active: (own[0] as unknown as { active: number[] }).active, updates };
  });
  return { layers, steps, regrownLiveOn, masks };
}

/** Of CSV `regrownLiveOn` is known where a row says it. */
function readCsv(file: Buffer): Exported {
  const [head, ...rows] = file.toString().trimEnd().split('\r\n');
  expect(head).toBe('update,step,layer,name,outputs,inputs,change,row,column');
  const exported: Exported = { layers: [], steps: [], regrownLiveOn: false, masks: [] };
  for (const line of rows) {
    const [update, step, layer, name, outputs, inputs, change, row, column] = line.split(',');
    exported.layers[+layer] ??= { name, outputs: +outputs, inputs: +inputs };
    exported.steps[+update] ??= +step;
    const { active, updates } = (exported.masks[+layer] ??= { active: [], updates: [] });
    const made = +update === 0 ? null : (updates[+update - 1] ??= { dropped: [], grown: [] });
    if (change === 'none') continue;
    const position = +row * +inputs + +column;
    if (change === 'regrow-kept') exported.regrownLiveOn = true;
    if (change === 'initial') active.push(position);
    if (['drop', 'regrow', 'regrow-kept'].includes(change)) made?.dropped.push(position);
    if (['grow', 'regrow', 'regrow-kept'].includes(change)) made?.grown.push(position);
  }
  return exported;
}

/** The values of a `.npy` file of 32- or 64-bit integers, of truth values, or of text as code points. */
function readArray(bytes: Uint8Array): { type: string; shape: number[]; values: number[] } {
  const file = Buffer.from(bytes);
  const start = 10 + file.readUInt16LE(8);
  expect(start % 64).toBe(0);
  const [, type, shape] = /'descr': '(.+?)'.*'shape': \((.*?)\)/.exec(file.toString('latin1', 10, start)) ?? [];
  const data = file.subarray(start);
  const size = type === '<i8' ? 8 : type === '|b1' ? 1 : 4;
  const values = Array.from({ length: data.length / size }, (_, at) =>
    size === 8 ? Number(data.readBigInt64LE(8 * at)) : size === 1 ? data[at] : data.readInt32LE(4 * at),
  );
  return { type, shape: shape.split(',').filter(Boolean).map(Number), values };
}

function readNpz(file: Buffer): Exported {
  const arrays = new Map(Object.entries(unzipSync(file)).map(([name, bytes]) => [name, readArray(bytes)]));
  const valuesOf = (name: string): number[] => arrays.get(`${name}.npy`)?.values ?? [];
  const names = arrays.get('layers.npy');
  const longest = Number(names?.type.slice(2));
  const layers = (names?.shape[0] ? [...Array(names.shape[0]).keys()] : []).map((at) => ({
    name: String.fromCodePoint(
      ...valuesOf('layers')
        .slice(at * longest, (at + 1) * longest)
        .filter(Boolean),
    ),
    outputs: valuesOf('shapes')[2 * at],
    inputs: valuesOf('shapes')[2 * at + 1],
  }));
  const steps = valuesOf('steps');
  const of = (list: string, layer: number, update: number): number[] => {
    const offsets = valuesOf(`${list}_offsets_${layer}`);
    expect(offsets).toHaveLength(steps.length + 1);
    return valuesOf(`${list}_${layer}`).slice(offsets[update], offsets[update + 1]);
  };
  return {
    ...{ layers, steps, regrownLiveOn: valuesOf('regrown_live_on')[0] === 1 },
    masks: layers.map((_, layer) => ({
      active: valuesOf(`initial_${layer}`),
      updates: steps.slice(1).map((_, at) => {
        const [dropped, grown, regrown] = ['dropped', 'grown', 'regrown'].map((list) => of(list, layer, at + 1));
        expect(inBoth({ dropped, grown })).toEqual(regrown);
        return { dropped, grown };
      }),
    })),
  };
}

const READ: Record<MaskExportFormat, (file: Buffer) => Exported> = { json: readJson, csv: readCsv, npz: readNpz };

async function exportAs(lab: Lab, id: string, format: MaskExportFormat): Promise<Exported> {
  const path = join(await temporaryFolder(), `masks.${format}`);
  const written = await lab.exportMasks(id, format, { path });
  const file = await readFile(path);
  expect(written).toEqual({ file: path, bytes: file.length });
  return READ[format](file);
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
    const exported = await exportAs(lab, id, 'json');
    for (const format of MASK_EXPORT_FORMATS) expect(await exportAs(lab, id, format)).toEqual(exported);
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

describe('a file of masks', () => {
  async function trained(): Promise<{ lab: Lab; id: string }> {
    const lab = await openTestLab();
    const [{ id }] = await lab.launchRuns([{ ...input, method: 'set', growthInitialisation: 'kept' }], null);
    await lab.waitForEnd([id]);
    return { lab, id };
  }

  test('tells how far it is, and that it is over', async () => {
    const { lab, id } = await trained();
    const told: (ExportProgress | null)[] = [];
    lab.on('export-progress', (progress) => told.push(progress));
    const { layers, steps } = await exportAs(lab, id, 'csv');
    const total = layers.length * steps.length;
    expect(told.at(-2)).toEqual({ runId: id, done: total, total, secondsLeft: null });
    expect(told.at(-1)).toBeNull();
  });

  test('cancelled, leaves nothing, and what was there before stays', async () => {
    const { lab, id } = await trained();
    const folder = await temporaryFolder();
    const path = join(folder, 'masks.npz');
    await writeFile(path, 'before');
    const stop = lab.on('export-progress', () => void lab.cancelExport());
    await expect(lab.exportMasks(id, 'npz', { path })).rejects.toThrow(
      'The export was cancelled. Nothing was written.',
    );
    stop();
    expect(await readdir(folder)).toEqual(['masks.npz']);
    expect(await readFile(path, 'utf8')).toBe('before');
  });

  test('in a folder that is not there is refused by name; so is another at the same time', async () => {
    const { lab, id } = await trained();
    const path = join(await temporaryFolder(), 'nowhere', 'masks.csv');
    const first = lab.exportMasks(id, 'csv', { path });
    await expect(lab.exportMasks(id, 'csv', { path })).rejects.toThrow('Another export is under way');
    await expect(first).rejects.toThrow(/masks\.csv cannot be written \(ENOENT/);
  });

  const hasNumpy = spawnSync('python3', ['-c', 'import numpy']).status === 0;
  test.skipIf(!hasNumpy)('of the format npz is one that NumPy loads', async () => {
    const { lab, id } = await trained();
    const path = join(await temporaryFolder(), 'masks.npz');
    await lab.exportMasks(id, 'npz', { path });
    const code = `
import json, sys, numpy
f = numpy.load(sys.argv[1])
u = len(f["steps"]) - 1
o = f["dropped_offsets_0"]
print(json.dumps([f["layers"].tolist(), f["shapes"].tolist(), f["steps"].tolist(), bool(f["regrown_live_on"]),
  f["initial_0"].tolist(), f["dropped_0"][o[u]:o[u + 1]].tolist(), str(f["dropped_0"].dtype)]))`;
    const [names, shapes, steps, livesOn, initial, dropped, type] = JSON.parse(
      execFileSync('python3', ['-c', code, path]).toString(),
    ) as [string[], number[][], number[], boolean, number[], number[], string];
    const exported = readNpz(await readFile(path));
    expect(names).toEqual(exported.layers.map(({ name }) => name));
    expect(shapes).toEqual(exported.layers.map(({ outputs, inputs }) => [outputs, inputs]));
    expect([steps, livesOn, type]).toEqual([exported.steps, true, 'int32']);
    expect(initial).toEqual(exported.masks[0].active);
    expect(dropped).toEqual(exported.masks[0].updates.at(-1)?.dropped);
  });
});
