import {
  MASK_EXPORTS,
  MASK_STATES,
  type ExportedFile,
  type ExportProgress,
  type MaskExportFormat,
  type MaskState,
  type MaskView,
} from '../../../src-main/contract/index.ts';
import { randomFrom } from './fake-random.ts';
import type { FakeRun } from './fake-run.ts';

interface History {
  /** Life of every position by update: the last time it was grown, and whether it lives. */
  active: Set<number>;
  ever: Set<number>;
}

/** Replays a run's invented rewiring up to an update. New weights prefer the middle of the image, as digits do. */
export function maskViewOf(run: FakeRun, layer: number, update: number): MaskView {
  const { outputs, inputs, activeWeights, name } = run.plan.layers[layer];
  const random = randomFrom(run.configuration.seed * 977 + layer * 31 + 1);
  const history: History = { active: new Set(), ever: new Set() };
  while (history.active.size < activeWeights) history.active.add(Math.floor(random() * outputs * inputs));
  history.ever = new Set(history.active);

  let born = new Set<number>();
  let revived = new Set<number>();
  let died = new Set<number>();
  for (let made = 1; made <= update; made++) {
    [born, revived, died] = [new Set(), new Set(), new Set()];
    const rate = 0.005 + (0.295 * (1 + Math.cos((Math.PI * made) / (run.plan.updates + 1)))) / 2;
    const number = Math.round(rate * activeWeights);
    const living = [...history.active];
    while (died.size < number) {
      const position = living[Math.floor(random() * living.length)];
      const survives = inputs === 784 ? 0.85 * middle(position % inputs) : 0.3;
      if (random() > survives) died.add(position);
    }
    for (const position of died) history.active.delete(position);
    let grown = 0;
    while (grown < number) {
      const position = Math.floor(random() * outputs * inputs);
      if (history.active.has(position) || died.has(position)) continue;
      if (inputs === 784 && random() > middle(position % inputs)) continue;
      history.active.add(position);
      (history.ever.has(position) ? revived : born).add(position);
      history.ever.add(position);
      grown += 1;
    }
  }

  const positions = Float64Array.from([...history.active, ...died]).sort();
  const states = Uint8Array.from(positions, (position) =>
    MASK_STATES.indexOf(
      born.has(position) ? 'born' : revived.has(position) ? 'revived' : died.has(position) ? 'died' : 'kept',
    ),
  );
  const counts = Object.fromEntries(
    MASK_STATES.map((state, code) => [state, states.filter((other) => other === code).length]),
  ) as Record<MaskState, number>;
  const inputDegrees = new Uint32Array(inputs);
  for (const position of history.active) inputDegrees[position % inputs] += 1;
  return {
    runId: run.item.id,
    layer,
    layerName: name,
    update,
    step: update * run.configuration.updateEvery,
    outputs,
    inputs,
    inputShape: layer === 0 ? [28, 28, 1] : null,
    positions,
    states,
    counts,
    inputDegrees,
    regrown: new Float64Array(0),
  };
}

/** How near a pixel lies to the middle of a 28 x 28 image, 0 to 1. */
function middle(pixel: number): number {
  const [row, column] = [Math.floor(pixel / 28) - 13.5, (pixel % 28) - 13.5];
  return Math.max(0.04, 1 - Math.hypot(row / 13, column / 11));
}

/** An export that stays half done for long enough to be looked at. */
export async function exportFake(
  run: FakeRun,
  format: MaskExportFormat,
  tell: (progress: ExportProgress | null) => void,
): Promise<ExportedFile> {
  const runId = run.item.id;
  tell({ runId, done: 1480, total: 2400, secondsLeft: 14 });
  await new Promise((resolve) => setTimeout(resolve, 3000));
  tell(null);
  return { file: `/home/ada/espalier-${runId}-masks.${MASK_EXPORTS[format].ending}`, bytes: 4_200_000 };
}
