import { MASK_STATES, type LabApi, type MaskTimeline, type MaskView } from '../../../contract/index.ts';

/** What of the lab the history is read with. */
export type MaskReader = Pick<LabApi, 'maskTimeline' | 'maskView'>;

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

/** The whole mask history of a run. */
export interface MaskHistory extends MaskTimeline {
  /** Whether what an update drops and grows again keeps its weight, so that its life goes on; else another begins. */
  regrownLiveOn: boolean;
  /** A fresh pass over all masks of one layer, of which one is held at a time; the first is the initial one. */
  masksOf(layer: number): AsyncGenerator<MaskView>;
}

/**
 * A run's history as it stands; what a run in training adds later is not in it.
 * @param onMask called after each mask
 * @throws what the lab throws where there is no such run
 */
export async function readMaskHistory(
  lab: MaskReader,
  runId: string,
  onMask: () => void = () => undefined,
): Promise<MaskHistory> {
  const timeline = await lab.maskTimeline(runId);
  return {
    ...timeline,
    async *masksOf(layer) {
      for (const update of timeline.steps.keys()) {
        yield await lab.maskView(runId, layer, update);
        onMask();
      }
    },
  };
}
