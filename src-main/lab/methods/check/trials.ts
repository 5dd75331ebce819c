import {
  catalogueOf,
  type ConfigurationInput,
  type ConfigurationValue,
  type FieldIssue,
  type LayerUpdate,
  type Mask,
  type MethodKey,
  type RunConfiguration,
  type RunPlan,
  type TrainerEvent,
  type TrainerResult,
} from '../../../contract/index.ts';
import type { Engine, EngineOptions } from '../../../engine/engine.ts';
import { builtInMethods, type Method } from '../../../topology/methods/index.ts';
import { createMessageControl } from '../../../training/control.ts';
import { trainedHere } from '../../../training/rules/trained-method.ts';
import { train } from '../../../training/trainer.ts';
import { checkConfiguration } from '../../runs/check.ts';
import { trialData, trialDataset } from './trial-data.ts';

/** Hidden units of the networks that a method is tried on, and the seeds on each. */
const NETWORKS = ['mlp-32', 'mlp-32-16'] as const;
const SEEDS = [1, 2, 3] as const;
/** What is tried in turn until the method takes one: a structure may want a divisible number of weights. */
const SPARSITIES = [0.75, 0.5, 0.9, 0] as const;

/** 20 steps, updates between the checkpoints, which are after steps 8 and 16. */
const BASE: ConfigurationInput = {
  dataset: trialDataset.id,
  epochs: 5,
  batchSize: 16,
  validationFraction: 0,
  checkpointEvery: 2,
  learningRate: 0.1,
  updateEvery: 3,
  initialSparsity: 0.4,
};

/** A training that is to be made: which network, seed and keys. */
export interface Trial {
  label: string;
  configuration: RunConfiguration;
  plan: RunPlan;
  /** Made again, on more threads, and resumed; else made once. */
  isRepeated: boolean;
}

/** A training that came to its end. */
export interface Trained {
  initial: Mask[];
  updates: { update: number; step: number; layers: LayerUpdate[] }[];
  checkpoints: { step: number; bytes: Uint8Array }[];
  /** But for the time it took. */
  result: TrainerResult;
}

export type OpenEngine = (opening: EngineOptions) => Promise<Engine>;

/** All trainings of a check: networks and seeds, then the ends of every key of the method's own. */
export function planTrials(method: Method): { trials: Trial[]; refusals: string[] } {
  const refusals: string[] = [];
  const trials: Trial[] = [];
  for (const network of NETWORKS) {
    const base = acceptedBase(method, network);
    if ('issues' in base) {
      const reasons = base.issues.map(({ field, message }) => `${field}: ${message}`);
      refusals.push(`it refuses ${network} at every sparsity (${reasons.join('; ')})`);
      continue;
    }
    for (const seed of SEEDS) {
      const trial = planTrial(method, { ...base.input, seed }, `${network}, seed ${seed}`, true);
      if ('label' in trial) trials.push(trial);
    }
    if (network !== NETWORKS[0]) continue;
    for (const [key, value] of ownValues(method)) {
      const trial = planTrial(method, { ...base.input, [key]: value }, `${network}, ${key}=${String(value)}`, false);
      if ('label' in trial) trials.push(trial);
    }
  }
  return { trials, refusals };
}

type Refused = { issues: FieldIssue[] };

function acceptedBase(method: Method, network: string): { input: ConfigurationInput } | Refused {
  let first: Refused = { issues: [] };
  for (const [at, sparsity] of SPARSITIES.entries()) {
    const input = { ...BASE, method: method.name, network, sparsity };
    const trial = planTrial(method, input, network, true);
    if ('label' in trial) return { input };
    if (at === 0) first = trial;
  }
  return first;
}

function planTrial(method: Method, input: ConfigurationInput, label: string, isRepeated: boolean): Trial | Refused {
  const methods = catalogueOf([...builtInMethods.values(), method]);
  const { issues, configuration, plan } = checkConfiguration(input, [trialDataset], methods);
  return configuration && plan ? { label, configuration, plan, isRepeated } : { issues };
}

/** Of every key of its own the values that are not its default: the ends of a range, every choice. */
const ownValues = ({ keys, defaults }: Method): [string, ConfigurationValue][] =>
  Object.entries(keys).flatMap(([key, description]) =>
    valuesOf(description)
      .filter((value) => value !== (defaults[key] ?? description.default))
      .map((value): [string, ConfigurationValue] => [key, value]),
  );

function valuesOf(key: MethodKey): readonly ConfigurationValue[] {
  if (key.kind === 'choice') return key.choices;
  return key.kind === 'switch' ? [false, true] : [key.least, key.most];
}

const data = trialData();

/** Trains on this thread, and on `threads - 1` others. @throws whatever the method or the trainer did */
export async function trainTrial(
  method: Method,
  configuration: RunConfiguration,
  openEngine: OpenEngine,
  { threads = 1, checkpoint = null }: { threads?: number; checkpoint?: Uint8Array | null } = {},
): Promise<Trained> {
  const events: TrainerEvent[] = [];
  await train(
    { runId: 'check', configuration, threads, data, checkpoint },
    {
      method: trainedHere(method),
      // What is posted is copied, as a port does.
      post: (event) => events.push(structuredClone(event)),
      control: createMessageControl(),
      openEngine,
    },
  );
  const end = ofType(events, 'finished').at(0);
  if (!end) throw new Error('its training did not come to an end');
  if (end.outcome === 'diverged') throw new Error(`its training diverged after ${end.result.steps} steps`);
  return {
    initial: ofType(events, 'initial-masks').at(0)?.masks ?? [],
    updates: ofType(events, 'mask-update').map(({ update, step, layers }) => ({ update, step, layers })),
    checkpoints: ofType(events, 'checkpoint'),
    result: { ...end.result, seconds: 0 },
  };
}

const ofType = <T extends TrainerEvent['type']>(events: readonly TrainerEvent[], type: T) =>
  events.filter((event): event is Extract<TrainerEvent, { type: T }> => event.type === type);
