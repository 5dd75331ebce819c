import { MASK_STATES, type LabApi, type MaskView } from '../../contract/index.ts';
import { keepsRegrown } from '../../topology/update.ts';

/** What of the lab the history is read with. */
export type MaskReader = Pick<LabApi, 'getRun' | 'maskTimeline' | 'maskView'>;

const [BORN, DIED, REVIVED] = (['born', 'died', 'revived'] as const).map((state) => MASK_STATES.indexOf(state));

/** The active positions of a view, ascending. */
export const activeOf = ({ positions, states }: MaskView): number[] =>
  Array.from(positions.filter((_, index) => states[index] !== DIED));

/** What an update dropped and what it grew, ascending; what it did both to stands in either list, and in `regrown`. */
export function changesOf(view: MaskView): { dropped: number[]; grown: number[]; regrown: number[] } {
  const { positions, states } = view;
  const regrown = Array.from(view.regrown);
  const inState = (...wanted: number[]): number[] =>
    Array.from(positions.filter((_, index) => wanted.includes(states[index])));
  const withRegrown = (others: number[]): number[] =>
    regrown.length === 0 ? others : [...others, ...regrown].sort((a, b) => a - b);
  return { dropped: withRegrown(inState(DIED)), grown: withRegrown(inState(BORN, REVIVED)), regrown };
}

/**
 * The whole mask history of a run, a JSON document a line: first `{ run, layers, steps, regrownLiveOn }`, then for every
 * layer its initial mask, `{ layer, update: 0, active }`, and what each update did, `{ layer, update, dropped, grown }`.
 * Positions are `row * inputs + column`, ascending. Where `regrownLiveOn`, what an update dropped and grew again keeps its
 * weight and its life goes on; else another begins. One update of one layer is held at a time.
 * @throws what the lab throws where there is no such run
 */
export async function* maskHistoryLines(lab: MaskReader, runId: string): AsyncGenerator<string> {
  const [{ configuration }, { layers, steps }] = await Promise.all([lab.getRun(runId), lab.maskTimeline(runId)]);
  yield JSON.stringify({ run: runId, layers, steps, regrownLiveOn: keepsRegrown(configuration) });
  for (const layer of layers.keys()) {
    for (const update of steps.keys()) {
      const view = await lab.maskView(runId, layer, update);
      if (update === 0) yield JSON.stringify({ layer, update, active: activeOf(view) });
      else {
        const { dropped, grown } = changesOf(view);
        yield JSON.stringify({ layer, update, dropped, grown });
      }
    }
  }
}
