import type { Positions, RuleAtWork, RunPlan } from '../../contract/index.ts';
import { activeCount } from '../../topology/mask.ts';
import type { Rewiring } from '../../topology/methods/index.ts';
import type { Dropped, LayerCounts, LayerView, UpdateContext } from '../../topology/rules.ts';
import type { MaskStructure } from '../../topology/structures/structure.ts';
import type { PreparedMethod, PreparedRewiring } from './prepared-method.ts';
import {
  alone,
  failed,
  valueOf,
  type CallResults,
  type MethodCall,
  type Outcome,
  type Rows,
  type RulesAnswer,
  type RulesRequest,
  type ViewAnswer,
  type ViewQuestion,
} from './rule-messages.ts';
import type { Sensitivities, TrainedMethod } from './trained-method.ts';

/** A method whose functions are in another process; see `serve-method.ts`. */
export interface MethodClient {
  /** @throws Error where the method cannot be loaded or prepared */
  opened: Promise<TrainedMethod>;
  hear(answer: RulesAnswer): void;
}

type RuleCall = Extract<MethodCall, { kind: RuleAtWork['rule'] }>;
type RowReading = AsyncIterator<Rows, unknown>;

/** @param onRule called before a rule, and with null after it */
export function createMethodClient(
  post: (request: RulesRequest) => void,
  onRule: (rule: RuleAtWork | null) => void = () => undefined,
): MethodClient {
  const results = new Map<number, (answer: Extract<RulesAnswer, { type: 'result' }>) => void>();
  let calls = 0;
  /** What the other side has of the update at hand. */
  let shown: { context: UpdateContext; views: Map<number, LayerView>; readings: Map<number, RowReading> } | null = null;
  const sentBefore = new Set<number>();
  let open: (outcome: Outcome<PreparedMethod>) => void = () => undefined;
  const opened = new Promise<Outcome<PreparedMethod>>((resolve) => (open = resolve)).then((outcome) =>
    methodOf(valueOf(outcome)),
  );

  async function call<W extends MethodCall>(
    what: W,
  ): Promise<{ value: CallResults[W['kind']]; memory: Memory | null }> {
    const number = ++calls;
    const result = new Promise<Extract<RulesAnswer, { type: 'result' }>>((resolve) => results.set(number, resolve));
    post({ type: 'call', call: number, what });
    const { outcome, memory } = await result;
    return { value: valueOf(outcome) as CallResults[W['kind']], memory };
  }

  function show(views: readonly LayerView[], context: UpdateContext): void {
    if (shown?.context !== context) {
      shown = { context, views: new Map(), readings: new Map() };
      post({ type: 'update', context });
    }
    for (const view of views) {
      const { layer, name, isLast, mask, weights, explored } = view;
      if (shown.views.get(layer) === view) continue;
      shown.views.set(layer, view);
      const isKnown = sentBefore.has(layer) || explored.size === activeCount(mask);
      sentBefore.add(layer);
      const before = isKnown ? null : alone(explored.positions());
      post({ type: 'view', view: { layer, name, isLast, mask, weights: alone(weights), explored: before } });
    }
  }

  async function apply<W extends RuleCall>(
    what: W,
    views: readonly LayerView[],
    context: UpdateContext,
  ): Promise<CallResults[W['kind']]> {
    const layer = 'layer' in what ? what.layer : null;
    onRule({ rule: what.kind, layer, update: context.update });
    try {
      show(views, context);
      const { value, memory } = await call(what);
      if (memory) replace(context.memory, memory);
      return value;
    } finally {
      onRule(null);
    }
  }

  async function tell(layer: number, what: ViewQuestion): Promise<ViewAnswer> {
    const view = shown?.views.get(layer);
    if (!shown || !view) throw new Error('The mask update is over.');
    switch (what.kind) {
      case 'largestInactiveGradients':
        return alone(await view.largestInactiveGradients(what.count, what.dropped, what.tieSeed));
      case 'rows': {
        const reading = shown.readings.get(what.reading) ?? view.gradientsByRows()[Symbol.asyncIterator]();
        shown.readings.set(what.reading, reading);
        const next = await reading.next();
        return next.done ? null : { firstRow: next.value.firstRow, gradients: alone(next.value.gradients) };
      }
      case 'end-of-rows':
        await shown.readings.get(what.reading)?.return?.();
        return null;
      default:
        return alone(await view[what.kind]());
    }
  }

  function methodOf({ parts, scoring, structure, rewiring }: PreparedMethod): TrainedMethod {
    return {
      ...parts,
      ...(scoring && {
        scoring: {
          ...scoring,
          scoreAll: async (weights: Float32Array, sensitivities: Sensitivities) =>
            (await call({ kind: 'score', weights: alone(weights), sensitivities: alone(sensitivities) })).value,
        },
      }),
      ...(structure && { structure: structureOf(structure) }),
      rewiring: rewiring && rewiringOf(rewiring),
      // The other side has the configuration and the dataset since its start.
      plan: async (_configuration, _dataset, scoredCounts): Promise<RunPlan> =>
        (await call({ kind: 'plan', scoredCounts: scoredCounts ?? null })).value,
    };
  }

  function rewiringOf({ parts, hasCounts, reference, steps, density, holds, remembers }: PreparedRewiring): Rewiring {
    return {
      ...parts,
      ...rulesOf(false),
      ...(hasCounts && {
        counts: (views: readonly LayerView[], context: UpdateContext): Promise<readonly LayerCounts[]> =>
          apply({ kind: 'counts', layers: views.map(({ layer }) => layer) }, views, context),
      }),
      ...(reference && { reference: { ...reference, ...rulesOf(true) } }),
      ...(steps && { steps: () => steps }),
      // Without a length there is only a start.
      ...(density && { density: (_, __, total) => (total === 0 ? density.atStart : density.overTime) }),
      ...(remembers && { remembers: () => remembers }),
      ...(holds !== null && { holds: () => holds }),
    };
  }

  const rulesOf = (isReference: boolean): Pick<Rewiring, 'drop' | 'grow'> => ({
    drop: (view: LayerView, count: number, context: UpdateContext): Promise<Uint32Array> =>
      apply({ kind: 'drop', layer: view.layer, count, isReference }, [view], context),
    grow(view: LayerView, { ranks, positions }: Dropped, count: number, context: UpdateContext): Promise<Positions> {
      const dropped = { ranks: alone(ranks), positions: alone(positions) };
      return apply({ kind: 'grow', layer: view.layer, dropped, count, isReference }, [view], context);
    },
  });

  return {
    opened,
    hear(answer) {
      switch (answer.type) {
        case 'opened':
          open(answer.outcome);
          return;
        case 'result':
          results.get(answer.call)?.(answer);
          results.delete(answer.call);
          return;
        case 'question': {
          const { question, layer, what } = answer;
          void tell(layer, what)
            .then((value): Outcome<ViewAnswer> => ({ isDone: true, value }), failed)
            .then((outcome) => post({ type: 'answer', question, outcome }));
        }
      }
    },
  };
}

type Memory = UpdateContext['memory'];

/** In the order of the new one, in which checkpoints keep it. */
function replace(memory: Memory, now: Memory): void {
  for (const key of Object.keys(memory)) Reflect.deleteProperty(memory, key);
  Object.assign(memory, now);
}

/** What was drawn and counted for the run, whose layers and counts are the same on both sides. */
function structureOf({ parts, units, draws }: NonNullable<PreparedMethod['structure']>): MaskStructure {
  return {
    ...parts,
    ...(units && { unitOf: (layer: number) => units[layer] }),
    draw(layer) {
      const drawn = draws[layer];
      if (!drawn) throw new Error(`No mask of layer ${layer} was drawn at the start.`);
      return drawn;
    },
    // Asked before a run is launched, where the method itself is at hand.
    refuses: () => null,
  };
}
