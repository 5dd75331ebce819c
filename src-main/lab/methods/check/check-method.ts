import type { MethodSource } from '../../../contract/index.ts';
import { guardMethod } from '../../../own-methods/guard-method.ts';
import { loadMethod } from '../../../own-methods/load-method.ts';
import type { Method } from '../../../topology/methods/index.ts';
import { JUDGEMENTS, type Evidence, type TriedTraining } from './judgements.ts';
import { planTrials, trainTrial, type OpenEngine, type Trained, type Trial } from './trials.ts';
import { watchMethod, type SeenUse } from './watched-method.ts';

/** One line of a check's answer. */
export interface MethodCheckLine {
  name: string;
  title: string;
  /** untried: what it needs did not come about, as the lines before say. */
  state: 'pass' | 'disagrees' | 'untried';
  /** What agreed, or what did not. */
  text: string;
}

export interface MethodCheckReport {
  file: string;
  /** Of the method; null where the file cannot be one. */
  method: string | null;
  trainings: number;
  passes: boolean;
  checks: MethodCheckLine[];
}

export interface MethodCheckParts {
  openEngine: OpenEngine;
  /** How many trainings are made, of how many. */
  onProgress?: (done: number, total: number) => void;
}

const TRAINS = { name: 'trains', title: 'Trains' };
const LOADS = { name: 'loads', title: 'Loads' };

/** Trains tiny networks by a method's file, and compares what it declares with what happened. */
export function checkMethodFile(
  source: Pick<MethodSource, 'file' | 'code'>,
  parts: MethodCheckParts,
): Promise<MethodCheckReport> {
  return checkMethod(source.file, () => loadMethod(source), parts);
}

/**
 * The same for a method that `load` gives: anew for every training, as each run has a thread of its own.
 * @param file as messages name it
 */
export async function checkMethod(
  file: string,
  load: () => Method,
  { openEngine, onProgress = () => undefined }: MethodCheckParts,
): Promise<MethodCheckReport> {
  const seen: SeenUse = { keys: new Set(), gradientRules: new Set() };
  const fresh = (): Method => guardMethod(watchMethod(load(), seen), { file });
  let trainings = 0;
  const report = (method: string | null, lines: readonly MethodCheckLine[]): MethodCheckReport => {
    const untried = [LOADS, TRAINS, ...JUDGEMENTS].slice(lines.length);
    const checks = [...lines, ...untried.map(({ name, title }) => line({ name, title }, 'untried', ''))];
    return { file, method, trainings, passes: checks.every(({ state }) => state === 'pass'), checks };
  };

  let method: Method;
  let planned: ReturnType<typeof planTrials>;
  try {
    method = load();
    planned = planTrials(fresh());
  } catch (error) {
    return report(null, [line(LOADS, 'disagrees', messageOf(error))]);
  }
  const loads = line(LOADS, 'pass', `${method.name}: ${method.title}`);
  const { trials, refusals } = planned;
  if (refusals.length > 0) return report(method.name, [loads, line(TRAINS, 'disagrees', refusals.join('; '))]);

  const total = trials.reduce((sum, { isRepeated }) => sum + (isRepeated ? 4 : 1), 0);
  const training = async (trial: Trial, options: Parameters<typeof trainTrial>[3] = {}): Promise<Trained> => {
    const trained = await trainTrial(fresh(), trial.configuration, openEngine, options);
    onProgress(++trainings, total);
    return trained;
  };
  const tried: TriedTraining[] = [];
  for (const trial of trials) {
    try {
      const run = await training(trial);
      tried.push({ trial, run, repeated: trial.isRepeated ? await repeat(trial, run, training) : null });
    } catch (error) {
      return report(method.name, [loads, line(TRAINS, 'disagrees', `${trial.label}: ${messageOf(error)}`)]);
    }
  }
  const evidence: Evidence = { method, tried, seen };
  const judged = JUDGEMENTS.map((judgement) => {
    const { found, agreed } = judgement.judge(evidence);
    return found.length > 0 ? line(judgement, 'disagrees', shownOf(found)) : line(judgement, 'pass', agreed);
  });
  const trains = line(TRAINS, 'pass', `${trainings} trainings of tiny networks`);
  return report(method.name, [loads, trains, ...judged]);
}

/** The same once more, on two threads, and gone on with from the checkpoint in the middle. */
async function repeat(
  trial: Trial,
  { checkpoints }: Trained,
  training: (trial: Trial, options?: Parameters<typeof trainTrial>[3]) => Promise<Trained>,
): Promise<NonNullable<TriedTraining['repeated']>> {
  const again = await training(trial);
  const threaded = await training(trial, { threads: 2 });
  const { step, bytes } = checkpoints[0];
  return { again, threaded, resumedAt: step, resumed: await training(trial, { checkpoint: bytes }) };
}

const MOST_SHOWN = 3;

/** Several trainings usually disagree alike: the first few say enough. */
const shownOf = (found: readonly string[]): string =>
  found.slice(0, MOST_SHOWN).join('; ') + (found.length > MOST_SHOWN ? `; and ${found.length - MOST_SHOWN} more` : '');

const line = (
  { name, title }: Pick<MethodCheckLine, 'name' | 'title'>,
  state: MethodCheckLine['state'],
  text: string,
): MethodCheckLine => ({ name, title, state, text });

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
