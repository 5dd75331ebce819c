import { describe, expect, it } from 'vitest';
import { loadMethod } from '../../src-main/own-methods/load-method.ts';
import { methodTemplate } from '../../src-main/lab/methods/template.ts';
import { methodFile } from './support.ts';

const load = (code: string, file = 'mine.js') => loadMethod({ file, code });
const key = (fields: string) => `{ strength: { label: 'Strength', help: 'How strong.', ${fields} } }`;

describe('a file that is a method', () => {
  it.each([
    ['JavaScript', 'mine.js', methodFile()],
    ['a module by its ending', 'mine.mjs', methodFile()],
    [
      'TypeScript',
      'mine.ts',
      methodFile({ before: 'const half: number = 0.5 satisfies number; type Unused = string;' }),
    ],
    ['the template in JavaScript', 'mine.js', methodTemplate('mine', false)],
    ['the template in TypeScript', 'mine.ts', methodTemplate('mine', true)],
  ])('is loaded: %s', (_, file, code) => {
    expect(load(code, file)).toMatchObject({ name: 'mine', sparse: true, keepsLayerCounts: true });
  });

  it('is evaluated anew each time: what it keeps in itself is no other run’s', () => {
    expect(load(methodFile()).rewiring).not.toBe(load(methodFile()).rewiring);
  });
});

describe('a file that is no method says why, with its name and the line where that is known', () => {
  it.each<[what: string, code: string, message: RegExp | string]>([
    ['a mistake of the language', methodFile({ before: 'const = 1;' }), /^mine\.js:3: /],
    ['JavaScript with types', methodFile({ before: 'const half: number = 0.5;' }), /^mine\.js:3: /],
    ['what it throws', methodFile({ before: "throw new Error('not today');" }), 'mine.js:3: not today'],
    ['an unknown name', methodFile({ before: 'missing();' }), 'mine.js:3: missing is not defined'],
    ['no export', 'const mine = 1;', /^mine\.js exports no method: it needs "export default defineMethod/],
    ['an export that is no object', 'export default 5;', /exports no method/],
    [
      'another module',
      "import fs from 'node:fs';",
      /^mine\.js:1: imports "node:fs": a method is one file.*only "espalier"/,
    ],
    ['a file beside it', "import { a } from './other.js';", /imports "\.\/other\.js"/],
    ['a loop without end', methodFile({ before: 'for (;;);' }), /^mine\.js.*took more than 5 seconds/],
    [
      'a name that is taken',
      methodFile({ name: 'rigl' }),
      'mine.js is no method: name is the name of a method that Espalier brings along; choose another.',
    ],
    ['a name in capitals', methodFile({ name: 'Mine' }), /name must be lower-case letters, digits and single hyphens/],
    ['an unknown field', methodFile({ declared: 'drop: 5,' }), /drop is not part of a method/],
    ['a rule that is no function', methodFile({ drop: "'smallest'" }), /rewiring\.drop must be a function/],
    ['a missing rule', methodFile({ grow: 'undefined' }), /rewiring\.grow must be a function/],
    [
      'an unknown shared key',
      methodFile({ uses: "['sparsness']" }),
      /uses\.0 must be one of sparsity,.*not "sparsness"/,
    ],
    [
      'a key that its parts need',
      methodFile({ uses: "['sparsity', 'distribution']" }),
      /uses must name updateEvery, for its masks change at an interval/,
    ],
    [
      'a key that all have',
      methodFile({ keys: "{ epochs: { kind: 'switch', label: 'A', help: 'B', default: true } }" }),
      /a key may not have the name of one that all configurations have/,
    ],
    [
      'an unknown kind',
      methodFile({ keys: key("kind: 'text', default: ''") }),
      /kind must be 'number', 'integer', 'choice' or 'switch'/,
    ],
    [
      'a default above its range',
      methodFile({ keys: key("kind: 'number', least: 0, most: 1, default: 2") }),
      /default of strength must be at most 1/,
    ],
    [
      'a default below its range',
      methodFile({ keys: key("kind: 'integer', least: 1, most: 9, default: 0") }),
      /default of strength must be at least 1/,
    ],
    [
      'a default that is no choice',
      methodFile({ keys: key("kind: 'choice', choices: ['a', 'b'], default: 'c'") }),
      /default of strength/,
    ],
    [
      'a default of a shared key out of range',
      methodFile({ declared: 'defaults: { sparsity: 2 },' }),
      /default of sparsity must be/,
    ],
  ])('%s', (_, code, message) => {
    expect(() => load(code)).toThrow(message);
  });

  it('in TypeScript lines stay where they are', () => {
    const types = 'interface Wide {\n  a: number;\n}\nconst wide: Wide = { a: 1 };\nthrow new Error(String(wide.a));';
    expect(() => load(methodFile({ before: types }), 'mine.ts')).toThrow('mine.ts:7: 1');
  });
});
