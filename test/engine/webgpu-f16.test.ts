import { expect, test, vi } from 'vitest';
import { buildGraph } from '../../src-main/engine/graph/build-graph.ts';
import type { EngineOptions } from '../../src-main/engine/engine.ts';
import { needsOf } from '../../src-main/engine/webgpu/needs.ts';
import { describeEngine } from './conformance.ts';
import { openCpu } from './cpu-support.ts';
import { trialBatch, trialOpening } from './networks.ts';
import { withEngine } from './support.ts';
import { openTfjsOnCpu } from './tfjs-support.ts';
import { openWebGpu } from './webgpu-support.ts';

vi.setConfig({ testTimeout: 600_000 });

const withHalves = (opening: EngineOptions): EngineOptions => ({ ...opening, activations: 'f16' });

// Halves have 11 bits where float32 has 24; losses of a few layers come within 150 times its tolerances, gradients where
// a ReLU turns within 500 times. With all sums through workgroup memory: `webgpu-conformance` has those of subgroups.
describeEngine(
  'WebGPU engine, activations stored as f16',
  (opening) => openWebGpu(withHalves(opening), ['subgroups']),
  40,
  600,
);

const trial = () => trialOpening({ widths: [30, 70, 50, 5], density: 0.2, largestBatch: 64 });

test('halves take half the room, say so, and are really rounded', async () => {
  const [whole, half] = [trial(), withHalves(trial())];
  const bytesOf = (opening: EngineOptions) =>
    needsOf(buildGraph(opening.network), opening)
      .filter(({ purpose }) => purpose === 'activations')
      .reduce((sum, { bytes }) => sum + bytes, 0);
  // Inputs and two layers as halves; gradients and logits are whole.
  expect(bytesOf(whole) - bytesOf(half)).toBe((30 + 70 + 50) * 64 * 2);
  const batch = trialBatch(whole, 64, 1);
  const losses: number[] = [];
  for (const opening of [whole, half])
    await withEngine(openWebGpu, opening, async (engine) => {
      expect((engine as Awaited<ReturnType<typeof openWebGpu>>).memory().activations).toBe(bytesOf(opening));
      expect(/activations stored as f16 \(packed\)$/.test(engine.description.title)).toBe(opening === half);
      losses.push((await engine.evaluate(batch)).loss);
    });
  expect(losses[0]).not.toBe(losses[1]);
  expect(Math.abs(losses[0] - losses[1])).toBeLessThan(2e-3);
});

test('a run that leaves the halves’ range shows as NaN where float32 would', async () => {
  const opening = withHalves(trial());
  opening.state.layers[0].weights.fill(NaN);
  await withEngine(openWebGpu, opening, async (engine) => {
    expect((await engine.evaluate(trialBatch(opening, 8, 1))).loss).toBeNaN();
  });
  const large = withHalves(trial());
  large.state.layers[0].weights.fill(1e30);
  await withEngine(openWebGpu, large, async (engine) => {
    expect((await engine.evaluate(trialBatch(large, 8, 1))).loss).toBeGreaterThan(1000);
  });
});

test.each([
  ['CPU', openCpu],
  ['tfjs', openTfjsOnCpu],
])('the %s engine refuses halves, and names who has them', async (_, open) => {
  await expect(open(withHalves(trial()))).rejects.toThrow('stores activations as f32, not f16; webgpu has both');
});
