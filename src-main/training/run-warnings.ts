import { percentNumber, sparsityNow, type Mask, type RunPlan, type RunWarning } from '../contract/index.ts';
import type { CheckpointProgress } from './checkpoint.ts';
import type { Post } from './reporter.ts';

/** The run that warns, as it stands. */
export interface Warner {
  plan: Pick<RunPlan, 'layers'>;
  progress: CheckpointProgress;
  post: Post;
}

/** Tells the lab, once for each code and layer; a resumed run does not repeat what it said before its checkpoint. */
export function warn({ progress, post }: Pick<Warner, 'progress' | 'post'>, warning: RunWarning): void {
  const key = `${warning.code}/${warning.layer ?? ''}`;
  const said = (progress.warned ??= []);
  if (said.includes(key)) return;
  said.push(key);
  post({ type: 'warning', warning });
}

/** Layers that a mask update has left without a weight. */
export function warnOfEmptyLayers(session: Warner, before: readonly number[], after: readonly number[]): void {
  const { plan, progress } = session;
  after.forEach((count, at) => {
    if (count > 0 || before[at] === 0) return;
    const { name } = plan.layers[at];
    const text =
      `${name} lost its last weight at step ${progress.step}: nothing passes through it any more, so the network's ` +
      'answer no longer depends on the image. Choose a lower sparsity, or a method that keeps weights in every layer.';
    warn(session, { code: 'empty-layer', text, layer: name, step: progress.step });
  });
}

/** R_s is a quotient of whole numbers; what is planned is a sum of products. */
const BOUND_TOLERANCE = 1e-9;

export interface Ending {
  plan: Pick<RunPlan, 'layers' | 'prunableWeights' | 'maxRs'>;
  /** Of every layer, as they stand. */
  masks: readonly Mask[];
  rs: number;
  updates: number;
  /** As the configuration asks for. */
  sparsity: number;
  /** Whether the run made all its steps. */
  isComplete: boolean;
}

/** What the end of a run has to say against its result. Pure. */
export function endingWarnings({ plan, masks, rs, updates, sparsity, isComplete }: Ending): RunWarning[] {
  const warnings = masks.flatMap((mask, at) => deadUnits(mask, plan.layers[at].name));
  if (rs > plan.maxRs + BOUND_TOLERANCE) {
    const text =
      `R_s is ${rs.toFixed(4)}, above the ${plan.maxRs.toFixed(4)} that was planned as the most: the plan does not ` +
      'hold for this run.';
    warnings.push({ code: 'beyond-bound', text });
  }
  const activeWeights = masks.reduce((sum, { columns }) => sum + columns.length, 0);
  const { prunableWeights } = plan;
  const reached = sparsityNow({ sparsity, activeWeights, prunableWeights });
  if (reached !== sparsity && isComplete) {
    const times = updates === 1 ? 'one mask update' : `${updates === 0 ? 'no' : updates} mask updates`;
    const text =
      `The masks have a sparsity of ${percentNumber(reached)}%, not the ${percentNumber(sparsity)}% asked for, ` +
      `after ${times}.`;
    warnings.push({ code: 'sparsity-missed', text });
  }
  return warnings;
}

/** Of a layer that has weights at all. */
function deadUnits({ outputs, rowStarts, columns }: Mask, name: string): RunWarning[] {
  if (columns.length === 0) return [];
  let dead = 0;
  for (let row = 0; row < outputs; row++) if (rowStarts[row + 1] === rowStarts[row]) dead++;
  if (dead === 0) return [];
  const units = dead === 1 ? 'One' : String(dead);
  const text = `${units} of the ${outputs} units of ${name} ${dead === 1 ? 'has' : 'have'} no incoming weight.`;
  return [{ code: 'dead-units', text, layer: name }];
}
