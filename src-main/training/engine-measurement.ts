import { requireMethod, type TrainerEvent, type TrainerStart } from '../contract/index.ts';
import { measureEngines } from '../engine/calibration.ts';
import type { EngineOptions } from '../engine/engine.ts';
import type { EngineTable } from '../engine/registry.ts';
import { buildNetwork } from '../networks/accounting.ts';
import type { MaskDrawing } from '../topology/initial-masks.ts';
import { builtInMethods } from '../topology/methods/index.ts';
import { drawInitialState } from './initial-state.ts';

/** Does what `start.measure` asks: the answer of a trainer that is to train nothing. */
export async function measureRun(
  { data, configuration, threads }: TrainerStart,
  { engines, milliseconds }: NonNullable<TrainerStart['measure']>,
  table: EngineTable,
  method: MaskDrawing = requireMethod(builtInMethods, configuration.method),
): Promise<TrainerEvent> {
  const network = buildNetwork(configuration, data);
  const channels = network.inputShape[2];
  const opening: EngineOptions = {
    network,
    state: drawInitialState(network, method, configuration),
    largestBatch: configuration.batchSize,
    // Of pixels that are noise; how they are laid out decides nothing about speed.
    mean: new Array<number>(channels).fill(0.5),
    deviation: new Array<number>(channels).fill(0.29),
    labelSmoothing: configuration.labelSmoothing,
    threads,
  };
  return { type: 'engines-measured', ...(await measureEngines(table, engines, opening, milliseconds)) };
}
