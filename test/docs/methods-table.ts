import {
  defaultsOf,
  ENGINE_NAMES,
  METHOD_DEPENDENT_KEYS,
  type ConfigurationInput,
} from '../../src-main/contract/index.ts';
import { plansLayersTogether } from '../../src-main/topology/methods/index.ts';
import { isMeant, METHOD_NAMES, methodOf, resolveConfiguration } from '../support/methods.ts';

/** The tables of docs/methods.md that follow from the code: methods by feature, by engine, and by the keys they use. */

const YES = '✓';
const mark = (is: boolean): string => (is ? YES : '');
const code = (name: string): string => `\`${name}\``;

const isAccepted = (method: string, change: ConfigurationInput): boolean =>
  resolveConfiguration({ method, ...change }).ok;

function initialMask(name: string): string {
  const { sparse, scoring, startsLargest, structure } = methodOf(name);
  if (!sparse) return 'all';
  if (scoring) return `largest ${scoring.title}`;
  if (structure) return structure.title;
  return startsLargest ? 'largest draws' : 'random';
}

/** What of the dense network an update needs. */
function denseWork(name: string): string {
  const { rewiring } = methodOf(name);
  if (!rewiring) return '';
  const remembered = rewiring.remembers?.(defaultsOf(methodOf(name)));
  if (remembered) return remembered.steps === Infinity ? 'gradients of every step' : `gradients of ${remembered.steps}`;
  if (rewiring.holds) return 'values of all positions';
  return rewiring.needsDenseGradient ? 'one gradient' : '';
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** A share or number as text in a table; `|` would end its cell. */
const cell = (text: string): string => text.replaceAll('|', '\\|');

/** What each method does, and where it departs from the defaults of all methods. */
const rules = (): string =>
  table(
    ['method', 'published in', 'drops', 'grows', 'own defaults'],
    METHOD_NAMES.map((name) => {
      const { source, drops = '', grows = '', defaults, keys } = methodOf(name);
      const own = Object.entries(keys).map(([key, value]) => [key, value.default] as const);
      return [
        code(name),
        source,
        cell(drops),
        cell(grows),
        [...Object.entries(defaults), ...own].map(([key, value]) => `${code(key)} ${String(value)}`).join(', '),
      ];
    }),
  );

const features = (): string =>
  table(
    ['method', 'initial mask', 'masks change', 'counts', 'density changes', 'dense work', 'reference'],
    METHOD_NAMES.map((name) => {
      const { rewiring } = methodOf(name);
      return [
        code(name),
        initialMask(name),
        mark(rewiring !== null),
        rewiring === null ? '' : plansLayersTogether(rewiring) ? 'planned together' : 'kept by layer',
        mark(rewiring?.density !== undefined),
        denseWork(name),
        mark(isAccepted(name, { fidelity: 'reference' })),
      ];
    }),
  );

const engines = (): string =>
  table(
    ['method', ...ENGINE_NAMES.map(code), ...ENGINE_NAMES.map((engine) => `${code(engine)}, f16`)],
    METHOD_NAMES.map((method) => [
      code(method),
      ...ENGINE_NAMES.map((engine) => mark(isAccepted(method, { engine }))),
      ...ENGINE_NAMES.map((engine) => mark(isAccepted(method, { engine, activations: 'f16' }))),
    ]),
  );

/** Keys that some method does not use; all others mean something to every method. */
function keys(): string {
  return table(
    ['method', ...METHOD_DEPENDENT_KEYS.map(code), 'its own'],
    METHOD_NAMES.map((method) => [
      code(method),
      ...METHOD_DEPENDENT_KEYS.map((key) => mark(isMeant(key, method))),
      Object.keys(methodOf(method).keys).map(code).join(', '),
    ]),
  );
}

/** Each table under the name that docs/methods.md gives it in `<!-- table: NAME -->`. */
export const METHOD_TABLES: Readonly<Record<string, () => string>> = { rules, features, engines, keys };

/** The page with every table as the code has it. @throws Error where it has no mark for one */
export function withTables(page: string): string {
  return Object.entries(METHOD_TABLES).reduce((text, [name, make]) => {
    const [from, to] = [`<!-- table: ${name} -->`, '<!-- end of table -->'];
    const start = text.indexOf(from);
    const end = text.indexOf(to, start);
    if (start < 0 || end < 0) throw new Error(`The page has no ${from} with ${to} after it.`);
    return `${text.slice(0, start + from.length)}\n\n${make()}\n\n${text.slice(end)}`;
  }, page);
}
