import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { measureEngines } from '../../src-main/engine/calibration.ts';
import type { Engine, EngineOptions } from '../../src-main/engine/engine.ts';
import type { EngineTable } from '../../src-main/engine/registry.ts';
import { openCpu } from './cpu-support.ts';
import { trialOpening } from './networks.ts';
import { openTfjsOnCpu } from './tfjs-support.ts';

const opening = trialOpening({ widths: [200, 150, 10], density: 0.2 });

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

/** An engine each of whose steps takes this long by the clock, which stands still otherwise. */
const timed =
  (milliseconds: number, open: (asked: EngineOptions) => Promise<Engine>) =>
  async (asked: EngineOptions): Promise<Engine> => {
    const engine = await open(asked);
    const trainStep: Engine['trainStep'] = (batch, step) => {
      vi.advanceTimersByTime(milliseconds);
      return engine.trainStep(batch, step);
    };
    return { ...engine, trainStep };
  };

/** Real engines; plain JavaScript with masks stands in the table where TensorFlow would. */
const table: EngineTable = {
  cpu: () => Promise.resolve({ title: 'the kernels', open: timed(2, openCpu) }),
  'tfjs-cuda': () => Promise.reject(new Error('no card here')),
  'tfjs-node': () => Promise.resolve({ title: 'tfjs', open: timed(5, openTfjsOnCpu) }),
};

test('engines take turns for the given time; the fastest stands first, with what it is', async () => {
  const startedAt = performance.now();
  const { measured, left } = await measureEngines(table, ['tfjs-node', 'cpu'], opening, 600);
  // Five turns of 60 ms each, after two steps of each that do not count.
  expect(performance.now() - startedAt).toBe(600 + 2 * (2 + 5));
  expect(measured.map(({ engine, millisecondsPerStep }) => [engine, millisecondsPerStep])).toEqual([
    ['cpu', 2],
    ['tfjs-node', 5],
  ]);
  expect(measured[0].title).toMatch(/^CPU, .*SIMD/);
  expect(left).toEqual([]);
});

test('what does not come up, or is not there at all, is left with its reason', async () => {
  const { measured, left } = await measureEngines(table, ['tfjs-cuda', 'webgpu', 'cpu'], opening, 50);
  expect(measured.map(({ engine }) => engine)).toEqual(['cpu']);
  expect(left).toEqual([
    { engine: 'tfjs-cuda', reason: 'no card here' },
    { engine: 'webgpu', reason: 'The engine webgpu cannot run here' },
  ]);
});

test('an engine that fails amid its steps is left, and closed like the others', async () => {
  const closed: string[] = [];
  const failing: EngineTable = {
    ...table,
    'tfjs-node': () =>
      Promise.resolve({
        title: 'gives up',
        open: async (asked) => {
          const engine = await timed(2, openCpu)(asked);
          let steps = 0;
          return {
            ...engine,
            trainStep: (batch, step) =>
              ++steps > 3 ? Promise.reject(new Error('the device was lost')) : engine.trainStep(batch, step),
            close: async () => {
              closed.push('gives up');
              await engine.close();
            },
          };
        },
      }),
  };
  const { measured, left } = await measureEngines(failing, ['cpu', 'tfjs-node'], opening, 100);
  expect(measured.map(({ engine }) => engine)).toEqual(['cpu']);
  expect(left).toEqual([{ engine: 'tfjs-node', reason: 'the device was lost' }]);
  expect(closed).toEqual(['gives up']);
});

test('where no engine can open the network, all are left', async () => {
  const refused = { ...opening, labelSmoothing: 2 };
  const { measured, left } = await measureEngines(table, ['cpu', 'tfjs-node'], refused, 50);
  expect(measured).toEqual([]);
  expect(left.map(({ reason }) => reason)).toEqual([
    expect.stringMatching(/label smoothing 2/),
    expect.stringMatching(/label smoothing 2/),
  ]);
});
