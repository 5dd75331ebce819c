import { expect, test } from 'vitest';
import { measureEngines } from '../../src-main/engine/calibration.ts';
import type { EngineTable } from '../../src-main/engine/registry.ts';
import { openCpu } from './cpu-support.ts';
import { trialOpening } from './networks.ts';
import { openTfjsOnCpu } from './tfjs-support.ts';

const opening = trialOpening({ widths: [200, 150, 10], density: 0.2 });

/** Real engines; plain JavaScript with masks stands in the table where TensorFlow would, and is slower by far. */
const table: EngineTable = {
  cpu: () => Promise.resolve({ title: 'the kernels', open: openCpu }),
  'tfjs-cuda': () => Promise.reject(new Error('no card here')),
  'tfjs-node': () => Promise.resolve({ title: 'tfjs', open: openTfjsOnCpu }),
};

test('engines take turns for the given time; the fastest stands first, with what it is', async () => {
  const startedAt = performance.now();
  const { measured, left } = await measureEngines(table, ['tfjs-node', 'cpu'], opening, 600);
  expect(performance.now() - startedAt).toBeGreaterThan(600);
  expect(measured.map(({ engine }) => engine)).toEqual(['cpu', 'tfjs-node']);
  expect(measured[0].title).toMatch(/^CPU, .*SIMD/);
  expect(measured[0].millisecondsPerStep).toBeGreaterThan(0);
  expect(measured[1].millisecondsPerStep).toBeGreaterThan(measured[0].millisecondsPerStep);
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
          const engine = await openCpu(asked);
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
