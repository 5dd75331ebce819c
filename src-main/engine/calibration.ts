import type { EngineMeasurement, EngineName } from '../contract/index.ts';
import { createStream } from '../numerics/random.ts';
import { type Batch, type Engine, type EngineOptions, STEP_AT_REST, type StepSettings } from './engine.ts';
import { type EngineTable, messageOf } from './registry.ts';

/** Compilers and caches settle in them; they do not count. */
const WARM_UP_STEPS = 2;
/** An engine's turn before the next one's: long enough for its own threads to be awake. */
const TURN_MILLISECONDS = 60;
/** Weights stay as they are, so that no step meets other numbers than the one before. */
const AT_REST: StepSettings = { ...STEP_AT_REST, momentum: 0.9, nesterov: true, dropoutSeed: 1 };

interface Runner {
  engine: EngineName;
  opened: Engine;
  /** Of a step, turn by turn. */
  milliseconds: number[];
}

/**
 * Training steps on a batch of noise, engine after engine in short turns, for `milliseconds` in all once they are warm.
 * An engine that fails is left, with its reason.
 */
export async function measureEngines(
  table: EngineTable,
  engines: readonly EngineName[],
  opening: EngineOptions,
  milliseconds: number,
): Promise<EngineMeasurement> {
  const batch = noise(opening);
  const left: EngineMeasurement['left'] = [];
  const runners: Runner[] = [];
  const isLeft = (name: EngineName) => left.some(({ engine }) => engine === name);
  const attempt = async (engine: EngineName, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      left.push({ engine, reason: messageOf(error) });
    }
  };
  try {
    for (const engine of engines)
      await attempt(engine, async () => {
        const prepare = table[engine];
        if (!prepare) throw new Error(`The engine ${engine} cannot run here`);
        const { open } = await prepare();
        const runner: Runner = { engine, opened: await open(opening), milliseconds: [] };
        runners.push(runner);
        for (let step = 0; step < WARM_UP_STEPS; step++) await runner.opened.trainStep(batch, AT_REST);
      });
    const end = performance.now() + milliseconds;
    do
      for (const runner of runners)
        if (!isLeft(runner.engine)) await attempt(runner.engine, () => takeTurn(runner, batch));
    while (performance.now() < end && runners.some(({ engine }) => !isLeft(engine)));
  } finally {
    for (const { opened } of runners) await opened.close();
  }
  const measured = runners
    .filter(({ engine }) => !isLeft(engine))
    .map(({ engine, opened, milliseconds: found }) => ({
      engine,
      title: opened.description.title,
      millisecondsPerStep: median(found),
    }));
  return { measured: measured.sort((a, b) => a.millisecondsPerStep - b.millisecondsPerStep), left };
}

/** As training asks for them: as many steps on their way as the engine allows. */
async function takeTurn({ opened, milliseconds }: Runner, batch: Batch): Promise<void> {
  const { stepsAhead = 1 } = opened;
  const startedAt = performance.now();
  const onTheirWay: Promise<unknown>[] = [];
  let steps = 0;
  do {
    const step = opened.trainStep(batch, AT_REST);
    // Whoever waits for it hears of its failure; a later one may never be waited for.
    step.catch(() => undefined);
    onTheirWay.push(step);
    steps++;
    if (onTheirWay.length >= stepsAhead) await onTheirWay.shift();
  } while (performance.now() < startedAt + TURN_MILLISECONDS);
  await Promise.all(onTheirWay);
  milliseconds.push((performance.now() - startedAt) / steps);
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)];

function noise({ network, largestBatch: count }: EngineOptions): Batch {
  const features = network.inputShape.reduce((product, size) => product * size, 1);
  const stream = createStream(1, 'calibration');
  return {
    count,
    pixels: Uint8Array.from({ length: count * features }, (_, index) => stream.uint32(index)),
    labels: Uint8Array.from({ length: count }, (_, index) => index % network.classes),
  };
}
