import { MessageChannel } from 'node:worker_threads';
import {
  isStreamed,
  type ConfigurationInput,
  type TrainerEvent,
  type TrainerStart,
} from '../../../src-main/contract/index.ts';
import type { Engine, EngineOptions } from '../../../src-main/engine/engine.ts';
import { createMessageControl } from '../../../src-main/training/control.ts';
import { methodOptions } from '../../../src-main/desktop/gpu/window-start.ts';
import { createMethodClient } from '../../../src-main/training/rules/method-client.ts';
import type { RulesAnswer, RulesRequest } from '../../../src-main/training/rules/rule-messages.ts';
import { serveMethod } from '../../../src-main/training/rules/serve-method.ts';
import { trainedHere, type TrainedMethod } from '../../../src-main/training/rules/trained-method.ts';
import type { Method } from '../../../src-main/topology/methods/index.ts';
import { train } from '../../../src-main/training/trainer.ts';
import { openCpu } from '../../engine/cpu-support.ts';
import { tinyData } from '../../fixtures/tiny-data.ts';
import { requireConfiguration } from '../../support/methods.ts';
import { ofType } from '../run-worker.ts';

/** All that went over the port, by its type. */
export interface Traffic {
  requests: RulesRequest[];
  answers: RulesAnswer[];
}

/** A method as the hidden window has it: its functions are at the other end of a port that copies everything. */
export async function servedOverPort(
  load: () => Method,
  start: TrainerStart,
  post: (event: TrainerEvent) => void = () => undefined,
): Promise<{ method: TrainedMethod; traffic: Traffic; close(): void }> {
  const { port1, port2 } = new MessageChannel();
  const traffic: Traffic = { requests: [], answers: [] };
  const client = createMethodClient(
    (request) => port1.postMessage(request),
    (rule) => post({ type: 'rule', rule }),
  );
  const hear = serveMethod(load, methodOptions(start), (answer) => port2.postMessage(answer));
  port1.on('message', (answer: RulesAnswer) => {
    traffic.answers.push(answer);
    client.hear(answer);
  });
  port2.on('message', (request: RulesRequest) => {
    traffic.requests.push(request);
    hear(request);
  });
  const close = () => port1.close();
  try {
    return { method: await client.opened, traffic, close };
  } catch (error) {
    close();
    throw error;
  }
}

/** Ten steps of a tiny network: long enough for every phase of AC/DC and MEST. */
export const TINY: ConfigurationInput = {
  network: 'mlp-16-180',
  epochs: 5,
  batchSize: 24,
  validationFraction: 0,
  checkpointEvery: 2,
  learningRate: 0.3,
  sparsity: 0.5,
  updateEvery: 2,
};

export interface Trained {
  events: TrainerEvent[];
  traffic: Traffic | null;
}

/** A run on this thread whose method is here, or served over a port. */
export async function trainBy(
  where: 'here' | 'served',
  load: () => Method,
  input: ConfigurationInput,
  {
    openEngine = openCpu as (opening: EngineOptions) => Promise<Engine>,
    checkpoint = null as Uint8Array | null,
    suspendAt = null as number | null,
  } = {},
): Promise<Trained> {
  const configuration = requireConfiguration({ ...TINY, ...input });
  const start: TrainerStart = { runId: 'test', configuration, threads: 1, data: tinyData(48, 16), checkpoint };
  if (isStreamed(start.data.train)) throw new Error('not tiny');
  const events: TrainerEvent[] = [];
  const control = createMessageControl();
  const post = (event: TrainerEvent) => {
    events.push(structuredClone(event));
    if (event.type === 'mask-update' && event.step === suspendAt) control.want('suspend');
  };
  const served = where === 'served' ? await servedOverPort(load, start, post) : null;
  try {
    await train(start, { post, control, openEngine, method: served?.method ?? trainedHere(load()) });
  } finally {
    served?.close();
  }
  return { events, traffic: served?.traffic ?? null };
}

/** All that a run comes to, but for how long it took. */
export function outcomeOf({ events }: Trained): unknown {
  const withoutTime = (points: readonly { metric: string }[]) =>
    points.filter(({ metric }) => metric !== 'time/elapsed');
  return {
    started: ofType(events, 'started'),
    masks: ofType(events, 'initial-masks'),
    updates: ofType(events, 'mask-update'),
    aftermath: ofType(events, 'update-aftermath'),
    warnings: ofType(events, 'warning'),
    finished: ofType(events, 'finished').map(({ result }) => ({ ...result, seconds: 0 })),
    points: withoutTime(ofType(events, 'points').flatMap(({ points }) => points)).length,
  };
}
