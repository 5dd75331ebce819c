import { describeChoice, type EngineChoice, type EngineName, type TrainerStart } from '../contract/index.ts';
import { chooseEngine } from '../engine/calibration.ts';
import type { Engine, EngineOpening } from '../engine/engine.ts';
import { type EngineTable, openNamedEngine } from '../engine/registry.ts';
import type { Post } from './reporter.ts';

export interface RunEngineWish {
  engine: EngineName | 'auto';
  calibrations: readonly EngineChoice[];
  start: TrainerStart;
  post: Post;
}

/**
 * The engine that a run asks for; for `auto` the fastest, which is told with the measurement.
 * @throws EngineError where the engine is absent, with the remedy: no other takes its place
 */
export async function openRunEngine(
  engines: EngineTable,
  { engine, calibrations, start, post }: RunEngineWish,
  opening: EngineOpening,
): Promise<Engine> {
  if (engine !== 'auto') return openNamedEngine(engines, engine, opening);
  const choice = await chooseEngine(engines, opening, subjectOf(start), calibrations);
  post({ type: 'engine-chosen', choice });
  post({ type: 'log', level: 'info', text: describeChoice(choice) });
  return openNamedEngine(engines, choice.engine, opening);
}

/** What a run's speed depends on besides its machine. */
function subjectOf({ configuration, data, threads }: TrainerStart): (string | number)[] {
  const { network, method, sparsity, distribution, batchSize } = configuration;
  const density = method === 'dense' ? ['dense'] : [`sparsity ${sparsity}`, distribution];
  return [
    network,
    data.shape.join('x'),
    `${data.classes} classes`,
    ...density,
    `batch ${batchSize}`,
    `${threads} threads`,
  ];
}
