import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'svelte/compiler';
import { expect, test } from 'vitest';

/** Properties that hold words of people and files. */
const WORDS = new Set([
  'name',
  'study',
  'failure',
  'hint',
  'message',
  'source',
  'origin',
  'problem',
  'classes',
  'layerName',
  'importError',
  'folder',
  'path',
]);
/** What makes such words fit to be shown, or leaves none of them. */
const SAFE = /^(visibleText|visibleLines|fileName|count|plural|go|formatRoute|describeChoice)$/;
const SHOWN_ATTRIBUTES = new Set(['title', 'aria-label', 'alt', 'placeholder', 'label']);
/** Of the app itself, whatever is imported. */
const OWN_WORDS = new Set(['preset', 'view', 'table', 'look', 'field']);

interface Node {
  type: string;
  [key: string]: unknown;
}
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'type' in value;
const children = (node: Node): Node[] => Object.values(node).flat().filter(isNode);

/** The member expressions within an expression whose text is shown as it is. */
function rawWords(node: Node): string[] {
  if (node.type === 'CallExpression' && SAFE.test(String((node.callee as Node).name))) return [];
  if (node.type === 'ConditionalExpression')
    return [node.consequent, node.alternate].flatMap((one) => rawWords(one as Node));
  if (node.type === 'BinaryExpression' && /[=<>]/.test(String(node.operator))) return [];
  if (node.type.endsWith('FunctionExpression')) return [];
  if (node.type === 'MemberExpression') {
    const [object, property] = [node.object as Node, node.property as Node];
    const owner = String(object.name ?? (object.property as Node | undefined)?.name);
    if (WORDS.has(String(property.name)) && !OWN_WORDS.has(owner)) return [`${owner}.${String(property.name)}`];
  }
  return children(node).flatMap(rawWords);
}

function shownRaw(node: Node): string[] {
  if (node.type === 'ExpressionTag') return rawWords(node.expression as Node);
  if (node.type === 'Component') return children(node.fragment as Node).flatMap(shownRaw);
  if (node.type === 'Attribute') {
    return SHOWN_ATTRIBUTES.has(String(node.name)) ? [node.value].flat().filter(isNode).flatMap(shownRaw) : [];
  }
  return children(node).flatMap(shownRaw);
}

const source = (markup: string): string[] => shownRaw(parse(markup, { modern: true }).fragment as unknown as Node);

test.each([
  ['<h1>{run.name}</h1>', ['run.name']],
  ['<p title={`of ${run.name}`}>x</p>', ['run.name']],
  ['{#each runs as run (run.name)}<b>{run.failure ?? 1}</b>{/each}', ['run.failure']],
  ['<h1><Name text={run.name} /></h1>', []],
  ['<p title={visibleText(run.name)}>{count(run.classes.length)}</p>', []],
])('the walk finds what %s shows raw', (markup, found) => {
  expect(source(markup)).toEqual(found);
});

const folder = join(import.meta.dirname, '../../src-renderer');
const files = globSync('**/*.svelte', { cwd: folder });

test.each(files)('%s shows names and messages through Name, Message or visibleText', (file) => {
  expect(source(readFileSync(join(folder, file), 'utf8'))).toEqual([]);
});
