import type { FieldIssue, RunConfiguration, RunPlan } from '../contract/index.ts';
import type { Method } from '../topology/methods/index.ts';
import { updateCount } from '../topology/schedules.ts';
import { initialDensity, sampledUpdates } from '../topology/timeline.ts';
import type { initialLayers } from './accounting.ts';
import { explorationKnowledge } from './exploration-plan.ts';
import { explorationRemedy } from './planner.ts';

/**
 * Why a configuration within its fields' bounds can still not be run. Where scores choose the initial mask they decide
 * on the layers' counts, and leave none of them without a weight.
 * @param start the layers as the run starts (`initialLayers`)
 */
export function configurationIssues(
  plan: RunPlan,
  { sparse, scoring, structure }: Pick<Method, 'sparse' | 'scoring' | 'structure'>,
  configuration: Pick<RunConfiguration, 'distribution' | 'sparsity'> & Partial<RunConfiguration>,
  start: ReturnType<typeof initialLayers>,
): FieldIssue[] {
  const unfit = structure?.refuses(plan.layers, configuration);
  if (unfit) return [unfit];
  if (scoring) return plan.activeWeights < plan.layers.length ? [tooFewToScore(plan)] : [];
  if (configuration.distribution === 'uniform-first-dense' && sparse && !structure?.isUniform) {
    const issues = firstNotDense(plan, start);
    if (issues.length > 0) return issues;
  }
  const empty = plan.layers.filter((layer) => layer.activeWeights === 0);
  return empty.slice(0, 1).map(({ name, prunableWeights }) => ({
    field: 'sparsity',
    message:
      `layer ${name} would keep none of its ${prunableWeights} weights, so nothing could pass through the network; ` +
      'choose a lower sparsity, another distribution or a wider network',
  }));
}

/** Dense means dense: with what the first layer leaves, every other layer has a weight for each of its outputs. */
function firstNotDense({ layers, prunableWeights }: RunPlan, start: ReturnType<typeof initialLayers>): FieldIssue[] {
  const [first, ...others] = layers;
  const short = others.find(({ outputs }, at) => start[at + 1].activeWeights < outputs);
  if (start[0].density === 1 && !short) return [];
  const rest = prunableWeights - first.prunableWeights;
  const ofOthers = Math.ceil(rest * Math.max(0, ...others.map(({ inputs }) => 1 / inputs))) + others.length;
  const most = Math.floor(1000 * (1 - (first.prunableWeights + ofOthers) / prunableWeights)) / 1000;
  const active = start.reduce((sum, layer) => sum + layer.activeWeights, 0);
  const another = 'another distribution or another network';
  return [
    {
      field: 'distribution',
      message:
        `uniform-first-dense keeps layer ${first.name} dense: its ${first.prunableWeights} weights, of the ${active} that ` +
        `the run starts with, leave too few for one at each output of ${short?.name ?? 'the other layers'}; choose ` +
        (most > 0 ? `a sparsity of at most ${most} at the start, ${another}` : another),
    },
  ];
}

const tooFewToScore = ({ activeWeights, layers }: RunPlan): FieldIssue => ({
  field: 'sparsity',
  message:
    `leaves ${activeWeights} ${activeWeights === 1 ? 'weight' : 'weights'} for ${layers.length} layers, and each needs ` +
    'at least one; choose a lower sparsity or a wider network',
});

/**
 * What is allowed but probably not meant, each with what to do about it.
 * @param start the layers as the run starts (`initialLayers`)
 */
export function configurationWarnings(
  method: Method,
  configuration: RunConfiguration,
  plan: RunPlan,
  start: ReturnType<typeof initialLayers>,
): FieldIssue[] {
  const warnings: FieldIssue[] = [];
  if (method.rewiring && plan.updates === 0) {
    warnings.push(neverUpdated(method, configuration, plan));
  } else if (method.rewiring && plan.maxRs < 0.5) {
    const remedy =
      explorationKnowledge(method, configuration).kind !== 'undetermined'
        ? explorationRemedy({ method, configuration, layers: start, stepsPerEpoch: plan.stepsPerEpoch })
        : 'A shorter update interval or more epochs raise it.';
    warnings.push({
      field: 'updateEvery',
      message:
        `Little can be explored: with an update interval of ${configuration.updateEvery} steps R_s cannot exceed ` +
        `${plan.maxRs.toFixed(2)}. ${remedy}`,
    });
  }
  const empty = plan.layers.filter((layer) => layer.activeWeights < layer.outputs && method.sparse && !method.scoring);
  if (empty.length > 0) {
    warnings.push({
      field: 'sparsity',
      message:
        `Some units have no input at all: ${empty.map((layer) => layer.name).join(', ')} ` +
        `${empty.length === 1 ? 'has' : 'have'} fewer active weights than outputs. Choose a lower sparsity or a wider ` +
        'network.',
    });
  }
  return warnings;
}

const stepsOf = (count: number): string => `${count} ${count === 1 ? 'step' : 'steps'}`;

/** Which setting keeps the mask from ever changing, and what would let it. */
function neverUpdated(method: Method, configuration: RunConfiguration, { totalSteps }: RunPlan): FieldIssue {
  const { fidelity, sparsity, stopFraction, updateEvery, pruneRate } = configuration;
  const start = Number((1 - initialDensity(method, configuration)).toFixed(6));
  const isThere = Math.abs(start - sparsity) < 1e-6;
  const stays = isThere ? '' : ` The sparsity would stay at ${start}, and never become ${sparsity}.`;
  const never = (cause: string) => `The mask would never change: ${cause}.${stays}`;
  if (method.rewiring?.steps) {
    const cause = `the run has only ${stepsOf(totalSteps)}`;
    return { field: 'epochs', message: `${never(cause)} Choose more epochs.` };
  }
  const needsRate = pruneRate === 0 && method.rewiring?.regenerates !== false;
  /** Whether other settings would leave an update that does something, at a prune rate above 0. */
  const changes = (change: Partial<RunConfiguration>): boolean => {
    const changed = { ...configuration, ...(needsRate ? { pruneRate: SOME_RATE } : {}), ...change };
    return sampledUpdates(method, changed, totalSteps, FEW_UPDATES).length > 0;
  };
  if (changes({})) return { field: 'pruneRate', message: `${never('the prune rate is 0')} Choose one above 0.` };
  const rate = needsRate ? ', and a prune rate above 0' : '';
  const last = Math.floor(stopFraction * totalSteps);
  if (changes({ stopFraction: 1 })) {
    const cause = `updates stop after ${last} of ${stepsOf(totalSteps)}, before the first, at step ${updateEvery}`;
    const share = Math.ceil((1000 * updateEvery) / totalSteps) / 1000;
    const interval = last > 0 && changes({ updateEvery: last }) ? `, or an update interval of at most ${last}` : '';
    return {
      field: 'stopFraction',
      message: `${never(cause)} Choose a share of the training of at least ${share}${interval}${rate}.`,
    };
  }
  const also = (needsShare: boolean) => `${needsShare ? ', and a larger share of the training' : ''}${rate}`;
  if (updateCount(updateEvery, 1, totalSteps, fidelity === 'reference') > 0) {
    const cause = `the prune schedule has come to 0 at the first update, at step ${updateEvery}`;
    return {
      field: 'pruneSchedule',
      message: `${never(cause)} Choose another prune schedule, or a shorter update interval${also(last < updateEvery)}.`,
    };
  }
  const most = Math.max(1, Math.floor((last > 0 ? last : totalSteps) / 10));
  // An interval may leave none either: of one step alone, say.
  const interval = changes({ updateEvery: most, stopFraction: stopFraction || 1 }) ? `at most ${most}, or ` : '';
  const cause = `the run has ${stepsOf(totalSteps)} and the update interval is ${updateEvery}`;
  return { field: 'updateEvery', message: `${never(cause)} Choose ${interval}more epochs${also(stopFraction === 0)}.` };
}

/** Of which a run has to have one at least. */
const FEW_UPDATES = 2;
const SOME_RATE = 0.1;
