import { expect, test, vi } from 'vitest';
import { openDawnDevice } from '../../src-main/engine/webgpu/dawn.node.ts';
import { probeSubgroups } from '../../src-main/engine/webgpu/subgroup-probe.ts';
import { NO_SUBGROUPS } from '../../src-main/engine/webgpu/sums.ts';
import { trialOpening } from './networks.ts';
import { withEngine } from './support.ts';
import { openWebGpu } from './webgpu-support.ts';
import { expectSameRun } from './webgpu-bits.ts';

vi.setConfig({ testTimeout: 600_000 });

/** What the engine of this opening uses of SwiftShader, whose subgroups have four threads. */
const abilitiesWithout = (...without: 'subgroups'[]) =>
  withEngine(
    (opening) => openWebGpu(opening, without),
    trialOpening({ widths: [4, 3] }),
    (engine) => Promise.resolve((engine as Awaited<ReturnType<typeof openWebGpu>>).abilities),
  );

test('sums use subgroups where the device has them, unless told otherwise; halves are packed where it has none', async () => {
  expect(await abilitiesWithout()).toEqual({ halves: 'packed', subgroups: { lanes: 4, holdsEights: false } });
  expect(await abilitiesWithout('subgroups')).toEqual({ halves: 'packed', subgroups: NO_SUBGROUPS });
});

test('with and without subgroups a run is the same bit for bit', () => expectSameRun('f32', ['subgroups']));

test.each([
  ['too many threads said to be in a subgroup', 8],
  ['more threads than a workgroup has', 512],
  ['sizes that the browser does not tell', undefined],
  ['none that WGSL allows', 0],
])('the probe does not trust %s', async (_, lanes) => {
  const { device } = await openDawnDevice();
  expect(await probeSubgroups(device, lanes)).toEqual(NO_SUBGROUPS);
  device.destroy();
});

test('a device that is lost while it is probed uses no subgroups', async () => {
  const { device } = await openDawnDevice();
  device.destroy();
  expect(await probeSubgroups(device, 4)).toEqual(NO_SUBGROUPS);
});
