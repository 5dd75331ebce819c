import * as v from 'valibot';
import {
  baseDefaults,
  configurationSchema,
  describeFields,
  ENGINE_NAMES,
  METHOD_NAMES,
  methodDefaults,
  type ConfigurationInput,
  type MethodName,
} from '../../src-main/contract/index.ts';
import { methods, plansLayersTogether } from '../../src-main/topology/methods/index.ts';

/** The tables of docs/methods.md that follow from the code: methods by feature, by engine, and by the keys they use. */

const YES = '✓';
const mark = (is: boolean): string => (is ? YES : '');
const code = (name: string): string => `\`${name}\``;

const configurationOf = (method: MethodName, change: ConfigurationInput) => ({
  ...baseDefaults,
  ...methodDefaults[method],
  method,
  ...change,
});
const isAccepted = (method: MethodName, change: ConfigurationInput): boolean =>
  v.safeParse(configurationSchema, configurationOf(method, change)).success;

function initialMask(name: MethodName): string {
  const { sparse, scoring, startsLargest, structure } = methods[name];
  if (!sparse) return 'all';
  if (scoring) return 'by scores';
  if (structure) return structure.title;
  return startsLargest ? 'largest draws' : 'random';
}

/** What of the dense network an update needs. */
function denseWork(name: MethodName): string {
  const { rewiring } = methods[name];
  if (!rewiring) return '';
  const remembered = rewiring.remembers?.(configurationOf(name, {}));
  if (remembered) return remembered.steps === Infinity ? 'gradients of every step' : `gradients of ${remembered.steps}`;
  if (rewiring.holds) return 'values of all positions';
  return rewiring.needsDenseGradient ? 'one gradient' : '';
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

const features = (): string =>
  table(
    ['method', 'published in', 'initial mask', 'masks change', 'counts', 'density changes', 'dense work', 'reference'],
    METHOD_NAMES.map((name) => {
      const { source, rewiring } = methods[name];
      return [
        code(name),
        source,
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
  const special = describeFields().filter(({ unusedBy }) => (unusedBy?.length ?? 0) > 0);
  return table(
    ['method', ...special.map(({ key }) => code(key))],
    METHOD_NAMES.map((method) => [code(method), ...special.map(({ unusedBy }) => mark(!unusedBy?.includes(method)))]),
  );
}

/** Each table under the name that docs/methods.md gives it in `<!-- table: NAME -->`. */
export const METHOD_TABLES: Readonly<Record<string, () => string>> = { features, engines, keys };

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
