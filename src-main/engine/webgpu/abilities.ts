import type { OptionalFeature } from './device.ts';
import type { Abilities } from './kernel.ts';
import { probeSubgroups } from './subgroup-probe.ts';
import { NO_SUBGROUPS } from './sums.ts';

/** What kernels on this device are written for. @param without features to be left unused */
export async function abilitiesOf(
  device: GPUDevice,
  { subgroupMinSize }: Partial<GPUAdapterInfo>,
  without: readonly OptionalFeature[] = [],
): Promise<Abilities> {
  const has = (feature: OptionalFeature) => device.features.has(feature) && !without.includes(feature);
  return {
    halves: has('shader-f16') ? 'native' : 'packed',
    subgroups: has('subgroups') ? await probeSubgroups(device, subgroupMinSize) : NO_SUBGROUPS,
  };
}
