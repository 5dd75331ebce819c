import * as v from 'valibot';
import {
  catalogueOf,
  fieldOf,
  isShared,
  METHOD_DEPENDENT_KEYS,
  resolveConfiguration,
  type FieldIssue,
} from '../contract/index.ts';
import type { Method } from '../topology/methods/index.ts';
import { builtInMethods } from '../topology/methods/index.ts';

/** What is checked of a method before anyone takes it for one: files are written by hand, without a compiler. */

const CONTROL = /\p{Cc}|\p{Cf}|[\u2028\u2029]/u;
const words = (most: number) =>
  v.pipe(
    v.string('must be text'),
    v.trim(),
    v.nonEmpty('must not be empty'),
    v.maxLength(most, `must be at most ${most} characters`),
    v.check((text) => !CONTROL.test(text), 'must be one line without control characters'),
  );
const rule = v.function('must be a function');
const optional = <T extends v.GenericSchema>(schema: T) => v.optional(schema);
const flag = v.boolean('must be true or false');
const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const LONGEST_NAME = 40;
/** Whether a method may be called so; it may be taken. */
export const isMethodName = (name: string): boolean => NAME.test(name) && name.length <= LONGEST_NAME;
const KEY = /^[a-z][A-Za-z0-9]*$/;

const keyText = { label: words(60), help: words(300), unit: optional(words(20)) };
const finite = v.pipe(v.number('must be a number'), v.finite('must be finite'));
const range = { least: finite, most: finite, default: finite };
const methodKey = v.variant(
  'kind',
  [
    v.strictObject({ kind: v.picklist(['number', 'integer']), ...keyText, ...range }),
    v.strictObject({
      kind: v.literal('choice'),
      ...keyText,
      choices: v.pipe(v.array(words(60)), v.minLength(1, 'must name at least one choice')),
      default: v.string('must be one of the choices'),
    }),
    v.strictObject({ kind: v.literal('switch'), ...keyText, default: flag }),
  ],
  "kind must be 'number', 'integer', 'choice' or 'switch'",
);

const shares = v.strictObject({ expected: optional(finite), most: finite });
const rewiring = v.strictObject({
  drop: rule,
  grow: rule,
  needsDenseGradient: v.boolean('must be true or false: whether an update needs the gradient of every position'),
  counts: optional(rule),
  keepsCounts: optional(flag),
  steps: optional(rule),
  density: optional(rule),
  remembers: optional(rule),
  holds: optional(rule),
  regenerates: optional(flag),
  prefersUnexplored: optional(flag),
  replaces: optional(shares),
  reference: optional(v.strictObject({ drop: rule, grow: rule, replaces: optional(shares) })),
});

const methodSchema = v.strictObject({
  name: v.pipe(
    v.string('must be text'),
    v.regex(NAME, 'must be lower-case letters, digits and single hyphens, such as my-method'),
    v.maxLength(LONGEST_NAME, `must be at most ${LONGEST_NAME} characters`),
    v.check((name) => !builtInMethods.has(name), 'is the name of a method that Espalier brings along; choose another'),
  ),
  title: words(60),
  source: words(300),
  drops: optional(words(100)),
  grows: optional(words(100)),
  sparse: flag,
  hasReference: flag,
  keepsLayerCounts: flag,
  uses: v.array(
    v.picklist(
      METHOD_DEPENDENT_KEYS,
      (issue) => `must be one of ${METHOD_DEPENDENT_KEYS.join(', ')}, not ${issue.received}`,
    ),
    'must be a list of keys',
  ),
  defaults: v.record(v.string(), v.unknown(), 'must be an object of keys and values'),
  keys: v.record(
    v.pipe(
      v.string(),
      v.regex(KEY, 'a key is a word in camelCase'),
      v.check((key) => !isShared(key), 'a key may not have the name of one that all configurations have'),
    ),
    methodKey,
    'must be an object of keys',
  ),
  rewiring: v.nullable(rewiring),
  startsLargest: optional(flag),
  scoring: optional(
    v.strictObject({
      title: words(60),
      sensitivity: v.picklist(['gradient', 'hessian-gradient', 'synaptic-flow']),
      score: rule,
      rounds: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000)),
    }),
  ),
  structure: optional(
    v.strictObject({
      title: words(60),
      isUniform: optional(flag),
      unitOf: optional(rule),
      draw: rule,
      refuses: rule,
    }),
  ),
  exploration: optional(
    v.variant('kind', [
      v.strictObject({ kind: v.literal('closed') }),
      v.strictObject({ kind: v.literal('counted'), how: words(300) }),
      v.strictObject({ kind: v.literal('undetermined'), why: words(300) }),
    ]),
  ),
  flops: rule,
});

/** What is wrong with a method, by field; empty where it may be used. */
export function methodIssues(method: Method): FieldIssue[] {
  const parsed = v.safeParse(methodSchema, method);
  if (!parsed.success) return parsed.issues.map((issue) => ({ field: fieldOf(issue), message: messageOf(issue) }));
  const issues = missingUses(method);
  if (issues.length > 0) return issues;
  // Its defaults go through the schema of a run, the ranges of its own keys included.
  const check = resolveConfiguration({ method: method.name }, catalogueOf([...builtInMethods.values(), method]));
  return check.ok ? [] : check.issues.map(({ field, message }) => ({ field: `default of ${field}`, message }));
}

const messageOf = (issue: v.BaseIssue<unknown>): string => {
  if (issue.type !== 'strict_object') return issue.message;
  return issue.received === 'undefined' ? 'is missing' : 'is not part of a method';
};

type UsedKey = Method['uses'][number];

/** Keys that the parts of a method are steered by without its reading them, and why; those it must name come first. */
const steering = ({ sparse, rewiring, scoring, structure, hasReference }: Method) => {
  const needed: [key: UsedKey, isSteered: boolean, why: string][] = [
    ['sparsity', sparse, 'its masks are sparse'],
    ['distribution', sparse && !scoring && !structure?.isUniform, 'its initial masks are drawn by one'],
    ['updateEvery', rewiring !== null && !rewiring.steps, 'its masks change at an interval'],
    ['stopFraction', rewiring !== null && !rewiring.steps, 'its masks change at an interval'],
    ['pruneRate', rewiring !== null && rewiring.regenerates !== false, 'what it drops is replaced'],
    ['pruneSchedule', rewiring !== null && rewiring.regenerates !== false, 'what it drops is replaced'],
    ['fidelity', hasReference, 'it has rules of a reference code'],
  ];
  const optional: [key: UsedKey, isSteered: boolean, why: string][] = [
    ['growthInitialisation', rewiring !== null, 'what it grows starts somewhere'],
    ['scoringSamples', scoring !== undefined, 'its scores are taken of samples'],
  ];
  return { needed, optional };
};

/** Of the keys that a method may name, those that do something though none of its functions reads them. */
export function steeredKeys(method: Method): UsedKey[] {
  const { needed, optional } = steering(method);
  return [...needed, ...optional].filter(([, isSteered]) => isSteered).map(([key]) => key);
}

/** Keys that the parts of a method are steered by, and that it does not name. */
const missingUses = (method: Method): FieldIssue[] =>
  steering(method)
    .needed.filter(([key, isNeeded]) => isNeeded && !method.uses.includes(key))
    .map(([key, , why]) => ({ field: 'uses', message: `must name ${key}, for ${why}` }));
