import type { RunConfiguration } from '../../../contract/index.ts';
import { callLimited } from '../../../own-methods/limited-call.ts';
import type { Method, Rewiring } from '../../../topology/methods/index.ts';
import type { LayerView, UpdateContext } from '../../../topology/rules.ts';

/** What a method was seen to use while it trained. */
export interface SeenUse {
  /** Of the configuration, keys that its own functions read. */
  keys: Set<string>;
  /** Rules that asked for gradients of inactive positions. */
  gradientRules: Set<string>;
}

/** What a rule may take at an update of a network this small, synchronous or not. */
const MOST_SECONDS = 5;

/** Calls a rule, and ends it where it does not end by itself. @throws what it throws, or Error after five seconds */
async function limited<T>(call: () => T | Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it took more than ${MOST_SECONDS} seconds`)), MOST_SECONDS * 1000);
  });
  try {
    return await Promise.race([callLimited(call), late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * A method whose use of the configuration and of gradients is noted, and whose rules end after five seconds. The trainer
 * adds up its FLOPs step by step, whatever the plan knows of them.
 */
export function watchMethod(method: Method, seen: SeenUse): Method {
  const noting = <C extends object>(configuration: C): C =>
    new Proxy(configuration, {
      get(target, key) {
        if (typeof key === 'string') seen.keys.add(key);
        return Reflect.get(target, key) as unknown;
      },
    });
  const inContext = (context: UpdateContext): UpdateContext => ({
    ...context,
    memory: context.memory,
    configuration: noting(context.configuration),
  });
  const inView = (view: LayerView, rule: string): LayerView => ({
    ...view,
    largestInactiveGradients(count, dropped, tieSeed) {
      seen.gradientRules.add(rule);
      return view.largestInactiveGradients(count, dropped, tieSeed);
    },
    gradientsByRows() {
      seen.gradientRules.add(rule);
      return view.gradientsByRows();
    },
  });
  const dropping =
    (rule: Rewiring['drop']): Rewiring['drop'] =>
    (view, count, context) =>
      limited(() => rule(inView(view, 'drop'), count, inContext(context)));
  const growing =
    (rule: Rewiring['grow']): Rewiring['grow'] =>
    (view, dropped, count, context) =>
      limited(() => rule(inView(view, 'grow'), dropped, count, inContext(context)));
  const counting =
    (rule: NonNullable<Rewiring['counts']>): NonNullable<Rewiring['counts']> =>
    (views, context) =>
      limited(() =>
        rule(
          views.map((view) => inView(view, 'counts')),
          inContext(context),
        ),
      );

  const { rewiring, structure } = method;
  const { counts, steps, density, remembers, holds } = rewiring ?? {};
  return {
    ...method,
    keepsLayerCounts: false,
    ...(structure && {
      structure: {
        ...structure,
        unitOf:
          structure.unitOf &&
          ((layer, shapes, configuration) => structure.unitOf?.(layer, shapes, noting(configuration)) ?? 1),
        draw: (layer, shapes, count, configuration) => structure.draw(layer, shapes, count, noting(configuration)),
        refuses: (layers, configuration) => structure.refuses(layers, noting(configuration)),
      },
    }),
    rewiring: rewiring && {
      ...rewiring,
      drop: dropping(rewiring.drop),
      grow: growing(rewiring.grow),
      counts: counts && counting(counts),
      steps: steps && ((configuration: RunConfiguration, total) => steps.call(rewiring, noting(configuration), total)),
      density: density && ((configuration, updates, total) => density(noting(configuration), updates, total)),
      remembers: remembers && ((configuration) => remembers.call(rewiring, noting(configuration))),
      holds: holds && ((configuration) => holds.call(rewiring, noting(configuration))),
    },
  };
}
