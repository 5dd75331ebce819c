import { isShared, METHOD_DEPENDENT_KEYS, type RunPlan } from '../../../contract/index.ts';
import { explorationKnowledge } from '../../../networks/exploration-plan.ts';
import { steeredKeys } from '../../../own-methods/method-schema.ts';
import { applyUpdate } from '../../../topology/mask.ts';
import { plansLayersTogether, type Method } from '../../../topology/methods/index.ts';
import { plannedUpdates } from '../../../topology/timeline.ts';
import type { Trained, Trial } from './trials.ts';
import type { SeenUse } from './watched-method.ts';

/** A trial, and what came of it. */
export interface TriedTraining {
  trial: Trial;
  run: Trained;
  /** null: it was made once only. */
  repeated: { again: Trained; threaded: Trained; resumedAt: number; resumed: Trained } | null;
}

/** All that a check has to go by. */
export interface Evidence {
  method: Method;
  tried: readonly TriedTraining[];
  seen: SeenUse;
}

export interface Verdict {
  /** What disagreed; empty where nothing did. */
  found: string[];
  /** What is said where nothing disagreed. */
  agreed: string;
}

export interface Judgement {
  name: string;
  title: string;
  judge(evidence: Evidence): Verdict;
}

/** RigL's formula has the batch of an update for one more than the steps (itop.md 4.12): 6 % at an interval of 3. */
const FLOPS_TOLERANCE = 0.1;
/** Share of the new positions by which the mean R_s over seeds may miss what is expected of a uniform draw. */
const RS_TOLERANCE = 0.1;
const ROUNDING = 1e-9;

export const JUDGEMENTS: readonly Judgement[] = [
  { name: 'counts', title: 'Exact counts', judge: judgeCounts },
  { name: 'determinism', title: 'Determinism', judge: judgeDeterminism },
  { name: 'resume', title: 'Resume', judge: judgeResume },
  { name: 'threads', title: 'Threads', judge: judgeThreads },
  { name: 'flops', title: 'FLOPs', judge: judgeFlops },
  { name: 'exploration', title: 'R_s', judge: judgeExploration },
  { name: 'keys', title: 'Keys', judge: judgeKeys },
];

function judgeCounts({ method, tried }: Evidence): Verdict {
  let updates = 0;
  const found = tried.flatMap(({ trial, run }) => {
    updates += run.updates.length;
    return wrongCounts(method, trial, run).map((text) => `${trial.label}: ${text}`);
  });
  if (updates === 0 && method.rewiring)
    return { found: ['none of the trainings updated a mask: its steps leave none within 20'], agreed: '' };
  return { found, agreed: updates === 0 ? 'its masks never change' : `at ${updates} updates` };
}

function wrongCounts(method: Method, { configuration, plan }: Trial, run: Trained): string[] {
  const planned = plannedUpdates(method, configuration, plan.totalSteps);
  const keeps = !plansLayersTogether(method.rewiring) || method.rewiring?.keepsCounts === true;
  const masks = [...run.initial];
  const counts = (): number[] => masks.map(({ columns }) => columns.length);
  const found: string[] = [];
  if (planned.length !== run.updates.length)
    found.push(`${planned.length} updates were planned, ${run.updates.length} made`);
  for (const [at, { update, layers }] of run.updates.entries()) {
    const before = counts();
    for (const { layer, dropped, grown } of layers) masks[layer] = applyUpdate(masks[layer], dropped, grown);
    const density = planned[at]?.density ?? null;
    const wanted = density === null ? total(before) : Math.round(density * plan.prunableWeights);
    if (total(counts()) !== wanted)
      found.push(`update ${update} left ${total(counts())} active weights in place of ${wanted}`);
    const changed = plan.layers.findIndex((_, layer) => counts()[layer] !== before[layer]);
    // Where the density stays, who keeps the counts of all layers leaves each what it had.
    if (keeps && density === null && changed >= 0)
      found.push(
        `update ${update} left layer ${plan.layers[changed].name} ${counts()[changed]} weights in place of ${before[changed]}`,
      );
  }
  const ended = run.result.plan.layers.map(({ activeWeights }) => activeWeights);
  if (String(ended) !== String(counts()))
    found.push(`it ended with ${ended.join(', ')} weights, not ${counts().join(', ')}`);
  return found;
}

function judgeDeterminism({ tried }: Evidence): Verdict {
  const found = compared(tried, ({ run, repeated }) => repeated && difference(run, repeated.again));
  const advice =
    'draw by createStream(context.seed, purpose), not by Math.random or the clock, and keep nothing outside context.memory';
  return {
    found: found.length > 0 ? [`${found[0]} the second time: ${advice}`] : [],
    agreed: 'the same weights and masks twice, bit for bit',
  };
}

function judgeResume({ tried }: Evidence): Verdict {
  const found = compared(tried, ({ run, repeated }) => {
    if (!repeated) return null;
    const after = run.updates.filter(({ step }) => step > repeated.resumedAt);
    return difference({ ...run, updates: after }, { ...repeated.resumed, initial: run.initial });
  });
  const advice = 'what a rule remembers from update to update belongs into context.memory';
  return {
    found: found.length > 0 ? [`${found[0]} after it was suspended and resumed: ${advice}`] : [],
    agreed: 'suspended and resumed, as if it had not been, bit for bit',
  };
}

function judgeThreads({ tried }: Evidence): Verdict {
  const found = compared(tried, ({ run, repeated }) => repeated && difference(run, repeated.threaded));
  return {
    found: found.slice(0, 1).map((text) => `${text} on 2 threads`),
    agreed: 'the same weights and masks on 1 and 2 threads, bit for bit',
  };
}

function compared(tried: readonly TriedTraining[], compare: (one: TriedTraining) => string | null): string[] {
  return tried.flatMap((one) => {
    const text = compare(one);
    return text === null ? [] : [`${one.trial.label}: ${text}`];
  });
}

/** Where two trainings first part; null where they are the same. */
function difference(one: Trained, other: Trained): string | null {
  if (!isSame(one.initial, other.initial)) return 'the initial masks are others';
  for (const [at, update] of one.updates.entries()) {
    const counterpart = other.updates.at(at);
    if (counterpart?.step !== update.step) return `update ${update.update} comes at another step`;
    for (const [layer, { dropped, grown }] of update.layers.entries()) {
      const { dropped: otherDropped, grown: otherGrown } = counterpart.layers[layer] ?? {};
      if (!isSame(dropped, otherDropped)) return `update ${update.update} drops other weights of layer ${layer}`;
      if (!isSame(grown, otherGrown)) return `update ${update.update} grows others in layer ${layer}`;
    }
  }
  if (other.updates.length !== one.updates.length) return 'the number of updates is another';
  return one.result.weightsHash === other.result.weightsHash ? null : 'the masks are the same, the weights are not';
}

const isSame = (one: unknown, other: unknown): boolean => plain(one) === plain(other);
const plain = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) => (ArrayBuffer.isView(part) ? Array.from(part as Uint32Array) : part));

function judgeFlops({ method, tried, seen }: Evidence): Verdict {
  const { rewiring } = method;
  const found: string[] = [];
  const asked = [...seen.gradientRules].join(' and ');
  if (rewiring && !rewiring.needsDenseGradient && asked !== '')
    found.push(`its ${asked} rule asks for gradients of inactive positions, and needsDenseGradient is false`);
  if (rewiring?.needsDenseGradient && asked === '')
    found.push('needsDenseGradient is true, and no rule asks for gradients of inactive positions');
  let furthest = 0;
  for (const { trial, run } of tried) {
    const declared = trial.plan.trainFlopsPerSample;
    const realised = run.result.plan.trainFlopsPerSample * heldFactor(method, trial);
    const apart = declared / realised - 1;
    furthest = Math.max(furthest, Math.abs(apart));
    // `!` so that NaN disagrees.
    if (!(Math.abs(apart) <= FLOPS_TOLERANCE))
      found.push(
        `${trial.label}: declared ${perSample(declared)} a sample, ${perSample(realised)} were made by its masks and gradients`,
      );
  }
  return { found, agreed: `as declared, within ${(100 * furthest).toFixed(1)} %` };
}

const perSample = (flops: number): string => `${Math.round(flops).toLocaleString('en-GB')} FLOPs`;

/** The trainer counts active weights; those that are held get their gradients too (Top-KAST, section 2.2). */
function heldFactor({ rewiring }: Method, { configuration, plan }: Trial): number {
  const held = rewiring?.holds?.(configuration) ?? 0;
  const density = plan.activeWeights / plan.prunableWeights;
  return (1 + 2 * Math.min(1 / density, 1 + held)) / 3;
}

function judgeExploration({ method, tried }: Evidence): Verdict {
  const found: string[] = [];
  for (const { trial, run } of tried) {
    if (run.result.rs > trial.plan.maxRs + ROUNDING)
      found.push(
        `${trial.label}: R_s came to ${run.result.rs.toFixed(4)}, above the bound of ${trial.plan.maxRs.toFixed(4)}`,
      );
  }
  const { kind } = explorationKnowledge(method, tried[0].trial.configuration);
  const repeated = tried.filter((one) => one.repeated !== null);
  const mean = (of: (one: TriedTraining) => number): number => total(repeated.map(of)) / repeated.length;
  const realised = mean(({ run }) => run.result.rs);
  const [expected, start] = [
    mean(({ trial }) => trial.plan.expectedRs),
    mean(({ run }) => startOf(run.result.plan, run)),
  ];
  const isExpected = kind !== 'undetermined' && method.rewiring !== null;
  if (isExpected && realised > expected + RS_TOLERANCE * (expected - start) + ROUNDING)
    found.push(`R_s came to ${realised.toFixed(4)} on average, ${expected.toFixed(4)} were expected`);
  const said = isExpected ? `${expected.toFixed(4)} expected` : 'no value is declared';
  return { found, agreed: `${realised.toFixed(4)} on average (${said}), never above its bound` };
}

const startOf = ({ prunableWeights }: RunPlan, { initial }: Trained): number =>
  total(initial.map(({ columns }) => columns.length)) / prunableWeights;

function judgeKeys({ method, seen }: Evidence): Verdict {
  const dependent = new Set<string>(METHOD_DEPENDENT_KEYS);
  const uses = new Set<string>(method.uses);
  const read = [...seen.keys];
  const unnamed = read.filter((key) => dependent.has(key) && !uses.has(key));
  const unknown = read.filter((key) => !isShared(key) && !Object.hasOwn(method.keys, key));
  const steered = new Set<string>(steeredKeys(method));
  const named = [...method.uses, ...Object.keys(method.keys)];
  const unread = named.filter((key) => !seen.keys.has(key) && !steered.has(key));
  return {
    found: [
      ...unnamed.map((key) => `it reads ${key} and does not name it in uses: every run has the default there`),
      ...unknown.map((key) => `it reads ${key}, which is no key of a configuration nor of its own`),
      ...unread.map((key) => `it names ${key} and never reads it`),
    ],
    agreed: named.length === 0 ? 'it has none' : `all ${named.length} that it names are used, and no others`,
  };
}

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
