import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { MEASURE_NAMES, isRecordedMeasure, type Mask, type Positions } from '../../src-main/contract/index.ts';
import { databaseFile } from '../../src-main/store/database.ts';
import type { Store } from '../../src-main/store/client.ts';
import { createStream } from '../../src-main/numerics/random.ts';
import { sampleDistinct } from '../../src-main/numerics/sampling.ts';
import { applyUpdate, maskFromPositions, positionsOf } from '../../src-main/topology/mask.ts';
import { historyOf } from '../../src-main/topology/measures/history.ts';
import { measureHistories, type NamedHistory } from '../../src-main/topology/measures/index.ts';
import { absentPositions } from '../../src-main/topology/ranks.ts';
import { newRun, openTestStore, temporaryFolder } from './support/store.ts';

/** More than are read at once. */
const UPDATES = 70;

interface Life {
  name: string;
  mask: Mask;
  updates: { dropped: Positions; grown: Positions }[];
}

function drawLife(name: string, outputs: number, inputs: number, seed: number): Life {
  const size = outputs * inputs;
  let mask = maskFromPositions(outputs, inputs, sampleDistinct(createStream(seed, 'mask'), size / 4, size));
  const life: Life = { name, mask, updates: [] };
  for (let update = 1; update <= UPDATES; update++) {
    const active = positionsOf(mask);
    // Every seventh update leaves the layer alone.
    const count = update % 7 === 0 ? 0 : 4;
    const dropped = sampleDistinct(createStream(seed, 'drop', update), count, active.length).map((at) => active[at]);
    const surviving = active.filter((position) => !dropped.includes(position));
    const ranks = sampleDistinct(createStream(seed, 'grow', update), count, size - surviving.length);
    const grown = absentPositions(surviving, ranks);
    life.updates.push({ dropped, grown });
    mask = applyUpdate(mask, dropped, grown);
  }
  return life;
}

async function write(store: Store, id: string, lives: Life[]): Promise<void> {
  await store.write.createRuns([newRun(id)]);
  await store.write.startMasks(
    id,
    lives.map(({ name, mask }) => ({ name, inputShape: null, mask: structuredClone(mask) })),
  );
  for (let update = 1; update <= UPDATES; update++) {
    const layers = lives
      .map(({ updates }, layer) => ({ layer, ...structuredClone(updates[update - 1]) }))
      .filter(({ grown }) => grown.length > 0);
    await store.write.appendMaskUpdate(id, { update, step: update * 10, rs: 0.3, layers });
  }
}

const inMemory = (lives: Life[]): NamedHistory[] =>
  lives.map(({ name, mask, updates }, layer) => ({
    ...historyOf({ outputs: mask.outputs, inputs: mask.inputs }, positionsOf(mask), updates),
    layer,
    name,
  }));

describe('measures of a stored run', () => {
  it('are those of its history, each of them', async () => {
    const [mine, theirs] = [1, 5].map((seed) => [drawLife('fc1', 12, 10, seed), drawLife('fc2', 8, 12, seed + 1)]);
    const store = await openTestStore(temporaryFolder());
    await write(store, 'aaaa', mine);
    await write(store, 'bbbb', theirs);
    for (const name of MEASURE_NAMES) {
      if (isRecordedMeasure(name)) continue;
      const other = name === 'overlap-other' || name === 'nnstd' ? 'bbbb' : undefined;
      const options = { update: 40, tau: 2 };
      const expected = measureHistories(name, inMemory(mine), other ? inMemory(theirs) : null, options);
      const found = await store.read.measure('aaaa', name, { ...options, other });
      expect(found, name).toEqual({ runId: 'aaaa', measure: name, ...expected });
    }
    const one = await store.read.measure('aaaa', 'turnover', { layer: 1 });
    expect(one.layers.map(({ layer, name }) => [layer, name])).toEqual([[1, 'fc2']]);
    expect(one.total?.columns).toEqual(one.layers[0].columns);
  });

  it('name the layer and the update of a stored mask that is damaged', async () => {
    const folder = temporaryFolder();
    const store = await openTestStore(folder);
    await write(store, 'aaaa', [drawLife('fc1', 12, 10, 1)]);
    await store.close();
    const database = new Database(databaseFile(folder));
    database.exec(
      `UPDATE mask_frames SET frame = CAST(substr(frame, 1, 8) || x'ff' || substr(frame, 10) AS BLOB) WHERE at = 37 AND kind = 'update'`,
    );
    database.close();
    const damaged = await openTestStore(folder);
    const message = /of layer 0.* at update 37 of run aaaa cannot be read: .*does not match its checksum/;
    await expect(damaged.read.measure('aaaa', 'turnover', {})).rejects.toMatchObject({
      kind: 'damaged',
      message: expect.stringMatching(message) as string,
    });
    await expect(damaged.read.maskView('aaaa', 0, 40)).rejects.toThrow(message);
    // Beyond the next key frame the history is whole again.
    await expect(damaged.read.maskView('aaaa', 0, 50)).resolves.toMatchObject({ update: 50 });
  });

  it('refuse what is not there, in words', async () => {
    const store = await openTestStore(temporaryFolder());
    await write(store, 'aaaa', [drawLife('fc1', 12, 10, 1)]);
    await store.write.createRuns([newRun('cccc')]);
    await expect(store.read.measure('aaaa', 'turnover', { layer: 3 })).rejects.toThrow(
      'Run aaaa has no layer 3; its layers are 0 (fc1).',
    );
    await expect(store.read.measure('cccc', 'turnover', {})).rejects.toThrow('Run cccc has no masks yet');
    await expect(store.read.measure('aaaa', 'ages', { update: 999 })).rejects.toThrow('There is no update 999');
    await expect(store.read.measure('aaaa', 'overlap-other', {})).rejects.toThrow('Name the run to compare with');
  });
});
