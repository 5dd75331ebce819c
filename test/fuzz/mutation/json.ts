import fc, { type Arbitrary } from 'fast-check';

/** JSON as it is written: keys may come twice, and anything may stand for a value. */
type Tree = { raw: string } | { list: Tree[] } | { keys: [string, Tree][] };

const toTree = (value: unknown): Tree => {
  if (Array.isArray(value)) return { list: value.map(toTree) };
  if (typeof value === 'object' && value !== null) {
    return { keys: Object.entries(value).map(([key, inner]) => [key, toTree(inner)]) };
  }
  return { raw: JSON.stringify(value) ?? 'null' };
};

const write = (tree: Tree): string => {
  if ('raw' in tree) return tree.raw;
  if ('list' in tree) return `[${tree.list.map(write).join(',')}]`;
  return `{${tree.keys.map(([key, value]) => `${JSON.stringify(key)}:${write(value)}`).join(',')}}`;
};

/** Values of the wrong type, extreme numbers, huge and hostile text, deep nesting. */
export const oddJson: Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    ...['null', 'true', 'false', '0', '-0', '-1', '1', '0.5', '1e308', '-1e308', '1e400', '-1e400', '5e-324'],
    ...['9007199254740993', '4294967295', '4294967296', '2147483648', '1e21', '0.1', '{}', '[]', '[[]]', '""', '" "'],
    ...['"NaN"', '"1"', '"true"', '"null"', '{"__proto__":1}', '{"constructor":{"prototype":{}}}', '[null]'],
    ...['"\\u0000"', '"\\u001b[31m"', '"\\u202egnp"', '"\\ud800"', '"../../etc/passwd"', '"a\\nb"', '{"length":-1}'],
  ),
  fc.string({ maxLength: 30 }).map((text) => JSON.stringify(text)),
  fc.double().map((value) => (Number.isFinite(value) ? String(value) : '1e999')),
  fc.integer({ min: 1, max: 100_000 }).map((length) => JSON.stringify('x'.repeat(length))),
  fc.integer({ min: 1, max: 20_000 }).map((depth) => '['.repeat(depth) + ']'.repeat(depth)),
  fc.integer({ min: 1, max: 5000 }).map((depth) => '{"a":'.repeat(depth) + '1' + '}'.repeat(depth)),
  fc.integer({ min: 1, max: 20_000 }).map((length) => `[${new Array<string>(length).fill('1').join(',')}]`),
);

const ODD_KEYS = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'length',
  '',
  ' ',
  '0',
  '\u0000',
];

type Change =
  | { kind: 'replace'; at: number; text: string }
  | { kind: 'remove'; at: number }
  | { kind: 'rename'; at: number; key: string }
  | { kind: 'add'; at: number; key: string; text: string }
  | { kind: 'double'; at: number; text: string }
  | { kind: 'wrap'; at: number; isList: boolean }
  | { kind: 'move'; at: number; to: number };

const place = fc.nat(2 ** 31 - 1);
const key = fc.oneof(fc.constantFrom(...ODD_KEYS), fc.string({ maxLength: 12 }));
const change: Arbitrary<Change> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('replace' as const), at: place, text: oddJson }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove' as const), at: place }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('rename' as const), at: place, key }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('add' as const), at: place, key, text: oddJson }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('double' as const), at: place, text: oddJson }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('wrap' as const), at: place, isList: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('move' as const), at: place, to: place }) },
);

/** Every tree within, itself first. */
const within = (tree: Tree): Tree[] => {
  const inner = 'list' in tree ? tree.list : 'keys' in tree ? tree.keys.map(([, value]) => value) : [];
  return [tree, ...inner.flatMap(within)];
};

/** Makes one tree what another one is. */
function become(tree: Tree, other: Tree): void {
  // Copied first: the other one may hold this one.
  const copy = structuredClone(other);
  for (const name of Object.keys(tree)) Reflect.deleteProperty(tree, name);
  Object.assign(tree, copy);
}

function apply(root: Tree, one: Change): void {
  const all = within(root);
  const target = all[one.at % all.length];
  const objects = all.filter((tree) => 'keys' in tree);
  const object = objects.length > 0 ? objects[one.at % objects.length] : null;
  switch (one.kind) {
    case 'replace':
      return become(target, { raw: one.text });
    case 'wrap':
      return become(
        target,
        one.isList ? { list: [structuredClone(target)] } : { keys: [['x', structuredClone(target)]] },
      );
    case 'move':
      return become(target, all[one.to % all.length]);
    case 'add':
      if (object) object.keys.push([one.key, { raw: one.text }]);
      return;
    case 'remove':
      if (object) object.keys.splice(one.at % (object.keys.length + 1), 1);
      return;
    case 'rename':
    case 'double': {
      const entry = object?.keys[one.at % object.keys.length];
      if (!object || !entry) return;
      if (one.kind === 'rename') entry[0] = one.key;
      else object.keys.push([entry[0], { raw: one.text }]);
    }
  }
}

/** What happens to the text itself. */
const damage: Arbitrary<(text: string) => string> = fc.oneof(
  { weight: 10, arbitrary: fc.constant((text: string) => text) },
  { weight: 1, arbitrary: place.map((at) => (text: string) => text.slice(0, at % (text.length + 1))) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        place,
        fc.constantFrom('"', '{', '}', '[', ']', ',', ':', '\\', '\u0000', '\ufeff', '\n', '//', '\ud800', 'NaN'),
      )
      .map(([at, piece]) => (text: string) => {
        const from = at % (text.length + 1);
        return text.slice(0, from) + piece + text.slice(from);
      }),
  },
  { weight: 1, arbitrary: fc.constant((text: string) => `\ufeff${text}`) },
  { weight: 1, arbitrary: fc.constant((text: string) => text + text) },
);

/** Text of documents (one in eight as they are), and what mutation makes of them. */
export function mutatedJson(documents: Arbitrary<unknown>): Arbitrary<string> {
  return fc
    .record({
      document: documents,
      changes: fc.oneof(
        { weight: 1, arbitrary: fc.constant([]) },
        { weight: 7, arbitrary: fc.array(change, { minLength: 1, maxLength: 4 }) },
      ),
      damage,
    })
    .map(({ document, changes, damage: damaged }) => {
      const tree = toTree(document);
      for (const one of changes) apply(tree, one);
      return changes.length === 0 ? write(tree) : damaged(write(tree));
    });
}
