import type { MethodSource, RuleAtWork, RunConfiguration } from '../contract/index.ts';
import type { Method, Rewiring } from '../topology/methods/index.ts';
import type { LayerView, UpdateContext } from '../topology/rules.ts';
import { KNOWN_FLOPS } from '../topology/training-flops.ts';
import { requireCounts, requireDropped, requireGrown } from '../topology/update.ts';
import { callLimited } from './limited-call.ts';
import { lineWithin, MethodFileError } from './method-file-error.ts';

/**
 * A person's method with a guard around everything that is hers: what she throws names her file, line, rule and layer,
 * plans end after five seconds, and whoever watches knows which rule is at work.
 * @param onRule called before a rule, and with null after it
 */
export function guardMethod(
  method: Method,
  { file }: Pick<MethodSource, 'file'>,
  onRule: (rule: RuleAtWork | null) => void = () => undefined,
): Method {
  const fail = (error: unknown, what: string): MethodFileError => {
    const message = error instanceof Error ? error.message : String(error);
    return new MethodFileError(`The method ${method.name} failed ${what}: ${message} (${lineWithin(error, file)}).`, {
      cause: error,
    });
  };
  const planned = <A extends unknown[], T>(name: string, call: ((...given: A) => T) | undefined) =>
    call &&
    ((...given: A): T => {
      try {
        return callLimited(() => call(...given));
      } catch (error) {
        throw fail(error, `in its ${name}`);
      }
    });
  const watched = async <T>(rule: RuleAtWork, view: LayerView | null, call: () => T | Promise<T>): Promise<T> => {
    onRule(rule);
    try {
      return await call();
    } catch (error) {
      const layer = view ? ` of layer ${view.name}` : '';
      throw fail(error, `at update ${rule.update} in its ${rule.rule} rule${layer}`);
    } finally {
      onRule(null);
    }
  };

  const dropping =
    (rule: Rewiring['drop']): Rewiring['drop'] =>
    (view, count, context) =>
      watched(at('drop', view, context), view, async () => {
        const ranks = await rule(view, count, context);
        if (context.configuration.fidelity === 'exact') requireDropped(view, ranks, count);
        return ranks;
      });
  const growing =
    (rule: Rewiring['grow']): Rewiring['grow'] =>
    (view, dropped, count, context) =>
      watched(at('grow', view, context), view, async () => {
        const grown = await rule(view, dropped, count, context);
        if (context.configuration.fidelity === 'exact') requireGrown(view, dropped, grown, count);
        return grown;
      });
  const { rewiring, structure } = method;
  return {
    ...method,
    // A plan asks it thousands of times where the density changes, and a watched call takes 0.4 ms.
    flops: KNOWN_FLOPS.has(method.flops) ? method.flops : (planned('flops', method.flops) ?? method.flops),
    ...(structure && {
      structure: {
        ...structure,
        unitOf: planned('unitOf', structure.unitOf?.bind(structure)),
        draw: planned('draw', structure.draw.bind(structure)) ?? structure.draw,
        refuses: planned('refuses', structure.refuses.bind(structure)) ?? structure.refuses,
      },
    }),
    rewiring: rewiring && {
      ...rewiring,
      drop: dropping(rewiring.drop),
      grow: growing(rewiring.grow),
      ...(rewiring.counts && { counts: counting(rewiring.counts) }),
      steps: planned('steps', rewiring.steps?.bind(rewiring)),
      density: planned('density', rewiring.density),
      remembers: planned('remembers', rewiring.remembers?.bind(rewiring)),
      holds: planned('holds', rewiring.holds?.bind(rewiring)),
      ...(rewiring.reference && {
        reference: {
          ...rewiring.reference,
          drop: dropping(rewiring.reference.drop),
          grow: growing(rewiring.reference.grow),
        },
      }),
    },
  };

  function counting(rule: NonNullable<Rewiring['counts']>): NonNullable<Rewiring['counts']> {
    return (views, context) =>
      watched(at('counts', null, context), null, async () => {
        const counts = await rule(views, context);
        requireCounts(views, counts, context);
        return counts;
      });
  }
}

const at = (
  rule: RuleAtWork['rule'],
  view: LayerView | null,
  { update }: Pick<UpdateContext<RunConfiguration>, 'update'>,
): RuleAtWork => ({ rule, layer: view?.layer ?? null, update });
