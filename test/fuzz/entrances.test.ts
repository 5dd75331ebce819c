import { afterAll, expect, it } from 'vitest';
import { entrances } from './entrances/index.ts';
import { createHostKeeper, fuzz } from './harness/fuzz.ts';

/** A small share of what `npm run fuzz` does, the same cases every time. */
const CASES = 25;
const SEED = 1;

const keeper = createHostKeeper();
afterAll(() => keeper.drop());

it.each(entrances.filter(({ isForEveryTest = true }) => isForEveryTest).map((entrance) => [entrance.name, entrance]))(
  'nothing comes of %s',
  async (_, entrance) => {
    const { cases, failures } = await fuzz(entrance, keeper, { cases: CASES, seed: SEED });
    expect(failures).toEqual([]);
    expect(cases).toBe(CASES);
  },
);
