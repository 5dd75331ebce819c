import { describe, expect, it } from 'vitest';
import {
  MASK_STATES,
  type Mask,
  type MaskState,
  type MaskView,
  type Positions,
} from '../../src-main/contract/index.ts';
import type { Store } from '../../src-main/store/client.ts';
import { applyUpdate, maskFromPositions, positionsOf } from '../../src-main/topology/mask.ts';
import { newRun, openTestStore, temporaryFolder } from './support/store.ts';

const OUTPUTS = 12;
const INPUTS = 10;

/** A small repeatable stream; the history's correctness must not lean on the product's own. */
function stream(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const ascending = (values: Iterable<number>): Positions => Float64Array.from(values).sort();

interface Story {
  masks: Mask[];
  updates: { dropped: Positions; grown: Positions }[];
}

/** Updates that drop five and grow five of a mask of 30; now and then a dropped one is grown at once. */
function makeStory(updates: number): Story {
  const draw = stream(7);
  const pick = (from: number[], count: number): number[] => {
    const pool = [...from];
    return Array.from({ length: count }, () => pool.splice(draw(pool.length), 1)[0]);
  };
  const all = Array.from({ length: OUTPUTS * INPUTS }, (_, position) => position);
  const story: Story = { masks: [maskFromPositions(OUTPUTS, INPUTS, ascending(pick(all, 30)))], updates: [] };
  for (let update = 0; update < updates; update++) {
    const before = story.masks[update];
    const active = [...positionsOf(before)];
    const dropped = ascending(pick(active, 5));
    const grown = ascending(
      pick(
        all.filter((position) => !active.includes(position) || dropped.includes(position)),
        5,
      ),
    );
    story.updates.push({ dropped, grown });
    story.masks.push(applyUpdate(before, dropped, grown));
  }
  return story;
}

/** The states by their definition, from all masks: nothing of the code under test. */
function statesByDefinition({ masks }: Story, update: number): Map<number, MaskState> {
  const sets = masks.map((mask) => new Set(positionsOf(mask)));
  const states = new Map<number, MaskState>();
  if (update === 0) return new Map([...sets[0]].map((position) => [position, 'kept']));
  for (const position of new Set([...sets[update], ...sets[update - 1]])) {
    const now = sets[update].has(position);
    const before = sets[update - 1].has(position);
    const earlier = sets.slice(0, update).some((set) => set.has(position));
    states.set(position, !now ? 'died' : before ? 'kept' : earlier ? 'revived' : 'born');
  }
  return states;
}

const statesOf = (view: MaskView): Map<number, MaskState> =>
  new Map([...view.positions].map((position, index) => [position, MASK_STATES[view.states[index]]]));

const copy = (mask: Mask): Mask => ({ ...mask, rowStarts: mask.rowStarts.slice(), columns: mask.columns.slice() });

async function write(store: Store, story: Story, from: number, to: number): Promise<void> {
  if (from === 0) {
    await store.write.startMasks('aaaa', [
      { name: 'fc1', inputShape: [5, 2, 1], mask: copy(story.masks[0]) },
      { name: 'fc2', inputShape: null, mask: maskFromPositions(2, 2, ascending([0, 3])) },
    ]);
  }
  for (let update = Math.max(1, from); update <= to; update++) {
    const { dropped, grown } = story.updates[update - 1];
    await store.write.appendMaskUpdate('aaaa', {
      update,
      step: update * 100,
      rs: 0.3,
      layers: [{ layer: 0, dropped: dropped.slice(), grown: grown.slice() }],
    });
  }
}

async function storeWithRun(folder = temporaryFolder()): Promise<Store> {
  const store = await openTestStore(folder);
  await store.write.createRuns([newRun('aaaa')]);
  return store;
}

async function expectStory(store: Store, story: Story, order: number[]): Promise<void> {
  for (const update of order) {
    const view = await store.read.maskView('aaaa', 0, update);
    const expected = statesByDefinition(story, update);
    expect(statesOf(view), `update ${update}`).toEqual(expected);
    expect([...view.positions]).toEqual([...expected.keys()].sort((a, b) => a - b));
    expect(view.step).toBe(update * 100);
    const degrees = new Uint32Array(INPUTS);
    for (const column of story.masks[update].columns) degrees[column]++;
    expect(view.inputDegrees).toEqual(degrees);
    const { dropped, grown } = update === 0 ? { dropped: [], grown: [] } : story.updates[update - 1];
    expect([...view.regrown]).toEqual([...dropped].filter((position) => [...grown].includes(position)));
    const counts = { kept: 0, born: 0, died: 0, revived: 0 };
    for (const state of expected.values()) counts[state]++;
    expect(view.counts).toEqual(counts);
  }
}

const upTo = (last: number): number[] => Array.from({ length: last + 1 }, (_, update) => update);

describe('mask history', () => {
  it('opens at every update with every life state, in any order', async () => {
    const store = await storeWithRun();
    const story = makeStory(50);
    await write(store, story, 0, 50);
    const states = new Set(upTo(50).flatMap((update) => [...statesByDefinition(story, update).values()]));
    expect([...states].sort()).toEqual(['born', 'died', 'kept', 'revived']);

    await expectStory(store, story, upTo(50));
    await expectStory(store, story, [50, 3, 33, 16, 17, 15, 32, 48, 0, 49, 1]);
  });

  it('describes its layers and steps, and an untouched layer stays as it was', async () => {
    const store = await storeWithRun();
    await write(store, makeStory(20), 0, 20);
    expect(await store.read.maskTimeline('aaaa')).toEqual({
      runId: 'aaaa',
      layers: [
        { name: 'fc1', outputs: OUTPUTS, inputs: INPUTS },
        { name: 'fc2', outputs: 2, inputs: 2 },
      ],
      steps: upTo(20).map((update) => update * 100),
      regrownLiveOn: false,
    });
    const view = await store.read.maskView('aaaa', 1, 19);
    expect(view).toMatchObject({
      layerName: 'fc2',
      inputShape: null,
      counts: { kept: 2, born: 0, died: 0, revived: 0 },
    });
    expect([...view.positions]).toEqual([0, 3]);
    expect((await store.read.maskView('aaaa', 0, 2)).inputShape).toEqual([5, 2, 1]);
  });

  it('goes on after a restart as if there had been none', async () => {
    const folder = temporaryFolder();
    const store = await storeWithRun(folder);
    const story = makeStory(40);
    await write(store, story, 0, 21);
    await store.close();
    const again = await openTestStore(folder);
    await write(again, story, 22, 40);
    await expectStory(again, story, upTo(40));
  });

  it('forgets updates after the step a run goes back to, and takes them again', async () => {
    const store = await storeWithRun();
    const story = makeStory(40);
    await write(store, story, 0, 35);
    await expectStory(store, story, [35]);
    await store.write.rewind('aaaa', 1850);
    expect((await store.read.maskTimeline('aaaa')).steps.at(-1)).toBe(1800);
    await write(store, story, 19, 40);
    await expectStory(store, story, upTo(40));

    await store.write.rewind('aaaa', -1);
    expect(await store.read.maskTimeline('aaaa')).toMatchObject({ layers: [], steps: [] });
    await write(store, story, 0, 3);
    await expectStory(store, story, upTo(3));
  });

  it('goes back over many updates in slices, each of which leaves a whole history, also where it ends there', async () => {
    const folder = temporaryFolder();
    const store = await storeWithRun(folder);
    const story = makeStory(400);
    await write(store, story, 0, 400);
    const points = [10, 30_000].map((step) => ({ metric: 'loss', step, value: step }));
    await store.write.appendBatches([{ runId: 'aaaa', points, lines: [] }]);

    const lengths: number[] = [];
    const rewindOnce = async (to: Store): Promise<boolean> => {
      const isMore = await to.write.rewind('aaaa', 450);
      const { steps } = await to.read.maskTimeline('aaaa');
      lengths.push(steps.length);
      await expectStory(to, story, [steps.length - 1]);
      expect((await to.read.verifyRun('aaaa')).damage).toEqual([]);
      // The rest goes back with the last slice.
      const [{ lastStep }] = await to.read.metrics('aaaa');
      expect(lastStep).toBe(isMore ? 30_000 : 10);
      return isMore;
    };
    expect(await rewindOnce(store)).toBe(true);
    await store.close();
    const again = await openTestStore(folder);
    while (await rewindOnce(again));
    expect(lengths.length).toBeGreaterThan(2);
    expect(lengths).toEqual([...new Set(lengths)].sort((a, b) => b - a));
    expect(lengths.at(-1)).toBe(5);
    expect(await again.write.rewind('aaaa', 450)).toBe(false);
    await write(again, story, 5, 40);
    await expectStory(again, story, upTo(40));
  });

  it('says what there is where a layer or an update is asked for that is not', async () => {
    const store = await storeWithRun();
    await expect(store.read.maskView('aaaa', 0, 0)).rejects.toThrow('has no masks yet');
    await write(store, makeStory(2), 0, 2);
    await expect(store.read.maskView('aaaa', 7, 0)).rejects.toThrow('no layer 7; its layers are 0 (fc1), 1 (fc2)');
    await expect(store.read.maskView('aaaa', 0, 3)).rejects.toThrow('updates 0 to 2; there is no update 3');
  });

  it('refuses an update out of order and stays as it was', async () => {
    const store = await storeWithRun();
    const story = makeStory(3);
    await write(store, story, 0, 1);
    await expect(write(store, story, 3, 3)).rejects.toThrow('Mask update 3 cannot follow update 1.');
    const wrong = {
      update: 2,
      step: 200,
      rs: 0,
      layers: [{ layer: 0, dropped: ascending([999]), grown: ascending([]) }],
    };
    await expect(store.write.appendMaskUpdate('aaaa', wrong)).rejects.toThrow();
    await write(store, story, 2, 3);
    await expectStory(store, story, upTo(3));
  });
});
