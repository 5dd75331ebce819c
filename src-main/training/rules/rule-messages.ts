import type { Mask, Positions, RunPlan } from '../../contract/index.ts';
import type { Dropped, LayerCounts, UpdateContext } from '../../topology/rules.ts';
import type { PreparedMethod } from './prepared-method.ts';
import type { Sensitivities } from './trained-method.ts';

/**
 * What passes between a trainer and the process that has its method's functions. Arrays are copied: ports between
 * processes transfer none.
 */

/** A layer's view, but for what the rules ask for where they use it. */
export interface SentView {
  layer: number;
  name: string;
  isLast: boolean;
  mask: Mask;
  weights: Float32Array;
  /** The positions active before, the first time that a layer is sent; null where they are those of the mask. */
  explored: Positions | null;
}

/** What is asked of a method's functions. `layer` and `layers` have been sent as views before. */
export type MethodCall =
  | { kind: 'plan'; scoredCounts: readonly number[] | null }
  | { kind: 'score'; weights: Float32Array; sensitivities: Sensitivities }
  | { kind: 'counts'; layers: readonly number[] }
  | { kind: 'drop'; layer: number; count: number; isReference: boolean }
  | { kind: 'grow'; layer: number; dropped: Dropped; count: number; isReference: boolean };

export interface CallResults {
  plan: RunPlan;
  score: Float32Array;
  counts: readonly LayerCounts[];
  drop: Uint32Array;
  grow: Positions;
}

/** What a rule asks of a layer of the update that it is at. `reading`: one way through the gradients, row by row. */
export type ViewQuestion =
  | { kind: 'largestInactiveGradients'; count: number; dropped: Dropped; tieSeed: number }
  | { kind: 'gradients' | 'momenta' | 'held' }
  | { kind: 'rows' | 'end-of-rows'; reading: number };

export type Rows = { firstRow: number; gradients: Float32Array };
/** null: there are no more rows, or nothing was asked for. */
export type ViewAnswer = Float32Array | Positions | Rows | null;

export type Outcome<T> = { isDone: true; value: T } | { isDone: false; message: string; stack: string };

/** From the trainer. */
export type RulesRequest =
  /** A mask update begins; what was sent of the one before is gone. */
  | { type: 'update'; context: UpdateContext }
  | { type: 'view'; view: SentView }
  | { type: 'call'; call: number; what: MethodCall }
  | { type: 'answer'; question: number; outcome: Outcome<ViewAnswer> };

/** To the trainer. */
export type RulesAnswer =
  /** The first of all, once. */
  | { type: 'opened'; outcome: Outcome<PreparedMethod> }
  /** `memory`: what the rules remember from now on; null where the call was of none. */
  | { type: 'result'; call: number; outcome: Outcome<unknown>; memory: UpdateContext['memory'] | null }
  | { type: 'question'; question: number; layer: number; what: ViewQuestion };

export function failed(error: unknown): Outcome<never> {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return { isDone: false, message, stack: stack ?? message };
}

/** @throws Error as the other side met it */
export function valueOf<T>(outcome: Outcome<T>): T {
  if (outcome.isDone) return outcome.value;
  throw Object.assign(new Error(outcome.message), { stack: outcome.stack });
}

/** Without the rest of a larger buffer, all of which would be sent; what is no array is for others to refuse. */
export const alone = <T extends Float32Array | Positions | Uint32Array>(array: T): T =>
  !ArrayBuffer.isView(array) || array.byteLength === array.buffer.byteLength ? array : (array.slice() as T);
