import { ENGINE_NAMES, ENGINE_TITLES, type EngineAvailability } from '../../contract/index.ts';
import { describeNodeEngines } from '../../engine/engines.node.ts';
import { availableOn } from '../../engine/webgpu/adapter.ts';
import type { LabEnvironment } from '../environment.ts';

/** The engines of this process, and WebGPU where the app has it in a window. */
export async function describeEngines({ kernelsFolder, gpu }: LabEnvironment): Promise<EngineAvailability[]> {
  const inProcess = await describeNodeEngines(kernelsFolder);
  if (!gpu) return inProcess;
  const found = await gpu.describe();
  const described: EngineAvailability = found.available
    ? availableOn(found.adapter)
    : {
        id: 'webgpu',
        title: ENGINE_TITLES.webgpu,
        available: false,
        isSoftware: false,
        detail: found.reason,
        remedy: null,
        facts: [],
      };
  return [...inProcess.filter(({ id }) => id !== 'webgpu'), described].sort(
    (a, b) => ENGINE_NAMES.indexOf(a.id) - ENGINE_NAMES.indexOf(b.id),
  );
}
