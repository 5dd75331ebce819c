import type { EngineChoice, EngineName } from '../contract/index.ts';
import { createStream } from '../numerics/random.ts';
import type { Batch, Engine, EngineOpening } from './engine.ts';
import { EngineError } from './engine.ts';
import { type EngineTable, messageOf, type ReadyEngine, readyEngines } from './registry.ts';

const CALIBRATION_MILLISECONDS = 2000;
/** Compilers and caches settle in them; they do not count. */
const WARM_UP_STEPS = 2;
/** An engine's turn before the next one's: long enough for its own threads to be awake. */
const TURN_MILLISECONDS = 60;
/** Weights stay as they are, so that no step meets other numbers than the one before. */
const AT_REST = { learningRate: 0, momentum: 0.9, nesterov: true, weightDecay: 0, dropoutSeed: 1 };

/**
 * The fastest engine for this network and batch: training steps on a batch of noise, engine after engine in short turns,
 * two seconds in all. Where there is only one engine, or an earlier measurement has the same key, nothing is measured.
 * @param subject what the speed depends on besides the machine: network, shapes, sparsity, batch, threads
 * @throws EngineError where no engine can open the network
 */
export async function chooseEngine(
  table: EngineTable,
  opening: EngineOpening,
  subject: readonly (string | number)[],
  remembered: readonly EngineChoice[],
): Promise<EngineChoice> {
  const { ready, absent } = await readyEngines(table);
  const titles = [...ready].map(([engine, { title }]) => `${engine}: ${title}`);
  const key = [...subject, ...titles].join(' | ');
  const known = remembered.find((choice) => choice.key === key && ready.has(choice.engine));
  if (known) return { ...known, remembered: true };
  const [only] = ready.keys();
  if (ready.size === 1) return { key, engine: only, measured: [], left: absent, remembered: false };
  const { measured, failed } = await measure(ready, opening);
  if (measured.length === 0)
    throw new EngineError(
      `No engine can open ${opening.network.name}: ${[...failed, ...absent].map(({ reason }) => reason).join('; ')}`,
    );
  return { key, engine: measured[0].engine, measured, left: [...failed, ...absent], remembered: false };
}

interface Runner {
  engine: EngineName;
  opened: Engine;
  milliseconds: number[];
}

async function measure(
  ready: ReadonlyMap<EngineName, ReadyEngine>,
  opening: EngineOpening,
): Promise<{ measured: EngineChoice['measured']; failed: EngineChoice['left'] }> {
  const batch = noise(opening);
  const failed: EngineChoice['left'] = [];
  let runners: Runner[] = [];
  const attempt = async (engine: EngineName, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      failed.push({ engine, reason: messageOf(error) });
    }
  };
  try {
    for (const [engine, { open }] of ready)
      await attempt(engine, async () => {
        const runner: Runner = { engine, opened: await open(opening), milliseconds: [] };
        runners.push(runner);
        for (let step = 0; step < WARM_UP_STEPS; step++) await runner.opened.trainStep(batch, AT_REST);
      });
    const end = performance.now() + CALIBRATION_MILLISECONDS;
    do
      for (const runner of runners)
        if (!failed.some(({ engine }) => engine === runner.engine))
          await attempt(runner.engine, () => takeTurn(runner, batch));
    while (performance.now() < end && failed.length < runners.length);
  } finally {
    for (const { opened } of runners) await opened.close();
  }
  runners = runners.filter((runner) => !failed.some(({ engine }) => engine === runner.engine));
  const measured = runners.map(({ engine, opened, milliseconds }) => ({
    engine,
    title: opened.description.title,
    millisecondsPerStep: median(milliseconds),
  }));
  return { measured: measured.sort((a, b) => a.millisecondsPerStep - b.millisecondsPerStep), failed };
}

async function takeTurn({ opened, milliseconds }: Runner, batch: Batch): Promise<void> {
  const end = performance.now() + TURN_MILLISECONDS;
  let now = performance.now();
  do {
    await opened.trainStep(batch, AT_REST);
    milliseconds.push(performance.now() - now);
    now = performance.now();
  } while (now < end);
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)];

function noise({ network, largestBatch: count }: EngineOpening): Batch {
  const features = network.inputShape.reduce((product, size) => product * size, 1);
  const stream = createStream(1, 'calibration');
  return {
    count,
    pixels: Uint8Array.from({ length: count * features }, (_, index) => stream.uint32(index)),
    labels: Uint8Array.from({ length: count }, (_, index) => index % network.classes),
  };
}
