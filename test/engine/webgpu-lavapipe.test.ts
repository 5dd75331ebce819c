import { describe, expect, test, vi } from 'vitest';
import type { EngineOptions } from '../../src-main/engine/engine.ts';
import { provideLavapipe } from '../../src-main/toolchain/lavapipe.ts';
import { messageOf } from '../../src-main/toolchain/support/problem.ts';
import { describeEngine } from './conformance.ts';
import { trialBatch, trialOpening } from './networks.ts';
import { withEngine } from './support.ts';
import { openWebGpu } from './webgpu-support.ts';
import { expectSameRun } from './webgpu-bits.ts';

vi.setConfig({ testTimeout: 600_000 });

/** Mesa's software driver has what SwiftShader lacks: `shader-f16`, and subgroups of eight threads. */
const missing = await provideLavapipe().then(
  (manifest) => {
    // Read by the Vulkan loader when Dawn first asks for an adapter, in this process alone.
    process.env.VK_ICD_FILENAMES = manifest;
    // Kernels run for an instant and take LLVM long.
    process.env.GALLIVM_PERF = 'nopt';
    return null;
  },
  (error: unknown) => messageOf(error),
);
if (missing) console.log(`Not tested: native halves, eight threads in a subgroup. ${missing}`);

const withHalves = (opening: EngineOptions): EngineOptions => ({ ...opening, activations: 'f16' });
const trial = () => trialOpening({ widths: [30, 70, 50, 5], density: 0.2, largestBatch: 64 });

// A CI that cannot have it fails; elsewhere one may do without.
describe.skipIf(missing && !process.env.CI)('on lavapipe', () => {
  test('its features are found and used, and the title says how halves are stored', async () => {
    expect(missing).toBeNull();
    const engine = await openWebGpu(withHalves(trial()));
    expect(engine.abilities).toEqual({ halves: 'native', subgroups: { lanes: 8, holdsEights: true } });
    expect(engine.description.title).toMatch(
      /^WebGPU, llvmpipe.* \(a software adapter\), activations stored as f16 \(native\)$/,
    );
    const packed = await openWebGpu(withHalves(trial()), ['shader-f16']);
    expect(packed.description.title).toMatch(/activations stored as f16 \(packed\)$/);
    expect(packed.memory()).toEqual(engine.memory());
    await Promise.all([engine.close(), packed.close()]);
  });

  describeEngine('WebGPU engine, native halves', (opening) => openWebGpu(withHalves(opening)), 10, 600);

  test('with and without subgroups a run is the same bit for bit', () => expectSameRun('f16', ['subgroups']));

  // WGSL leaves the rounding of both to the driver: this is said of this one.
  test('native halves and packed ones give the same bits', () => expectSameRun('f16', ['shader-f16']));

  test('a run that leaves the range of native halves shows as NaN where float32 would', async () => {
    const [opening, large] = [withHalves(trial()), withHalves(trial())];
    opening.state.layers[0].weights.fill(NaN);
    large.state.layers[0].weights.fill(1e30);
    const lossOf = (given: EngineOptions) =>
      withEngine(openWebGpu, given, async (engine) => (await engine.evaluate(trialBatch(given, 8, 1))).loss);
    expect(await lossOf(opening)).toBeNaN();
    const loss = await lossOf(large);
    expect(loss).toBeGreaterThan(1000);
    expect(loss).toBeLessThan(Infinity);
  });
});
