import { isStreamed, type EngineMeasurement, type TrainerStart } from '../contract/index.ts';
import type { LabEnvironment } from './environment.ts';

/** Engines that cannot take these data, with the reason: what no measurement of their speed would tell. */
export function cannotTake({ train, test }: TrainerStart['data'], { gpu }: LabEnvironment): EngineMeasurement['left'] {
  if (!gpu || !(isStreamed(train) || isStreamed(test))) return [];
  return [{ engine: 'webgpu', reason: 'images that stream from disk cannot reach the window’s graphics engine' }];
}
