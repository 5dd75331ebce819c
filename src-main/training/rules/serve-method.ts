import { planRun } from '../../networks/accounting.ts';
import { usedConfiguration, type RunPlan } from '../../contract/index.ts';
import { createExploredSet, type ExploredSet } from '../../topology/exploration.ts';
import { positionsOf } from '../../topology/mask.ts';
import type { Method, Rewiring } from '../../topology/methods/index.ts';
import type { LayerView, UpdateContext } from '../../topology/rules.ts';
import { prepareMethod, type MethodOptions } from './prepared-method.ts';
import {
  alone,
  failed,
  type CallResults,
  type MethodCall,
  type Outcome,
  type Rows,
  type RulesAnswer,
  type RulesRequest,
  type SentView,
  type ViewAnswer,
  type ViewQuestion,
} from './rule-messages.ts';
import { scoringHere } from './trained-method.ts';

/**
 * The side that has a method's functions: prepares it, and answers what a trainer elsewhere asks of it.
 * @param load may throw, as may what it loads: the trainer hears why
 * @returns what hears the requests
 */
export function serveMethod(
  load: () => Method,
  opening: MethodOptions,
  post: (answer: RulesAnswer) => void,
): (request: RulesRequest) => void {
  let method: Method;
  try {
    method = load();
    post({ type: 'opened', outcome: { isDone: true, value: prepareMethod(method, opening) } });
  } catch (error) {
    post({ type: 'opened', outcome: failed(error) });
    return () => undefined;
  }
  const questions = new Map<number, (outcome: Outcome<ViewAnswer>) => void>();
  const explored = new Map<number, ExploredSet>();
  /** Of the update at hand; the rules find the same objects at every call, as they would beside the trainer. */
  const views = new Map<number, LayerView>();
  let context: UpdateContext | null = null;
  let asked = 0;
  let readings = 0;

  const ask = async (layer: number, what: ViewQuestion): Promise<ViewAnswer> => {
    // Its stack leads to the rule's own line, which that of the answer does not.
    const failure = new Error();
    const question = ++asked;
    const answered = new Promise<Outcome<ViewAnswer>>((resolve) => questions.set(question, resolve));
    post({ type: 'question', question, layer, what });
    const outcome = await answered;
    if (outcome.isDone) return outcome.value;
    failure.message = outcome.message;
    throw failure;
  };

  async function* readRows(layer: number): AsyncGenerator<Rows, undefined> {
    const reading = ++readings;
    let isOver = false;
    try {
      for (;;) {
        const rows = (await ask(layer, { kind: 'rows', reading })) as Rows | null;
        isOver = rows === null;
        if (rows === null) return undefined;
        yield rows;
      }
    } finally {
      if (!isOver) await ask(layer, { kind: 'end-of-rows', reading }).catch(() => null);
    }
  }

  function viewOf({ explored: before, ...sent }: SentView): LayerView {
    const { layer, mask } = sent;
    const positions = positionsOf(mask);
    const known = explored.get(layer) ?? createExploredSet(mask.outputs, mask.inputs);
    explored.set(layer, known);
    // What was ever active is what the masks before had, and this one has.
    if (before) known.add(before);
    known.add(positions);
    return {
      ...sent,
      positions,
      explored: known,
      largestInactiveGradients: async (count, { ranks, positions: dropped }, tieSeed) =>
        (await ask(layer, {
          kind: 'largestInactiveGradients',
          count,
          dropped: { ranks: alone(ranks), positions: alone(dropped) },
          tieSeed,
        })) as Float64Array,
      gradientsByRows: () => readRows(layer),
      gradients: async () => (await ask(layer, { kind: 'gradients' })) as Float32Array,
      momenta: async () => (await ask(layer, { kind: 'momenta' })) as Float32Array,
      held: async () => (await ask(layer, { kind: 'held' })) as Float32Array,
    };
  }

  async function resultOf(what: MethodCall): Promise<CallResults[MethodCall['kind']]> {
    if (what.kind === 'plan') return plan(what.scoredCounts ?? undefined);
    if (what.kind === 'score') {
      if (!method.scoring) throw new Error(`The method ${method.name} has no scores.`);
      return scoringHere(method.scoring).scoreAll(what.weights, what.sensitivities);
    }
    const { rewiring } = method;
    if (!rewiring || !context) throw new Error(`The method ${method.name} is at no mask update.`);
    if (what.kind === 'counts') {
      const counts = await required(rewiring.counts, 'counts')(what.layers.map(viewAt), context);
      return counts.map(({ drop, grow }) => ({ drop, grow }));
    }
    const rules: Pick<Rewiring, 'drop' | 'grow'> = what.isReference
      ? required(rewiring.reference, 'reference')
      : rewiring;
    const view = viewAt(what.layer);
    return what.kind === 'drop'
      ? alone(await rules.drop(view, what.count, context))
      : alone(await rules.grow(view, what.dropped, what.count, context));
  }

  function plan(scoredCounts: readonly number[] | undefined): RunPlan {
    return planRun(method, usedConfiguration(opening.configuration, method), opening.dataset, scoredCounts);
  }

  function viewAt(layer: number): LayerView {
    const view = views.get(layer);
    if (!view) throw new Error(`Layer ${layer} was not sent.`);
    return view;
  }

  async function answer(call: number, what: MethodCall): Promise<void> {
    const isRule = what.kind !== 'plan' && what.kind !== 'score';
    const memory = () => (isRule && context ? context.memory : null);
    try {
      const value = await resultOf(what);
      // Inside, since what a rule returns may be nothing that can be sent.
      post({ type: 'result', call, outcome: { isDone: true, value }, memory: memory() });
    } catch (error) {
      post({ type: 'result', call, outcome: failed(error), memory: null });
    }
  }

  return (request) => {
    switch (request.type) {
      case 'update':
        views.clear();
        context = request.context;
        return;
      case 'view':
        views.set(request.view.layer, viewOf(request.view));
        return;
      case 'call':
        void answer(request.call, request.what);
        return;
      case 'answer':
        questions.get(request.question)?.(request.outcome);
        questions.delete(request.question);
    }
  };
}

function required<T>(part: T | undefined, name: string): T {
  if (part === undefined) throw new Error(`The method has no ${name}.`);
  return part;
}
