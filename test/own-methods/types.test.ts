import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { writeNewMethod } from '../../src-main/lab/methods/new-method.ts';
import { METHOD_TYPES_FILE, methodTypes } from '../../src-main/toolchain/method-types.ts';
import { builtInMethods } from '../../src-main/topology/methods/index.ts';
import { temporaryFolder } from '../store/support/store.ts';

describe('espalier.d.ts', { timeout: 120_000 }, () => {
  it('is what the sources give (npm run method-types)', async () => {
    expect(readFileSync(METHOD_TYPES_FILE, 'utf8')).toBe(await methodTypes());
  });

  /** What the compiler says of a template in which a text is another. */
  function complaints(from = '', to = ''): string[] {
    const folder = temporaryFolder();
    const options = { isTypeScript: true, methods: builtInMethods, typesFile: METHOD_TYPES_FILE };
    const [file] = writeNewMethod(folder, 'mine', options);
    ts.sys.writeFile(file, readFileSync(file, 'utf8').replace(from, to));
    const { config } = ts.readConfigFile(join(folder, 'tsconfig.json'), (name) => ts.sys.readFile(name)) as {
      config: unknown;
    };
    const { fileNames, options: settings } = ts.parseJsonConfigFileContent(config, ts.sys, folder);
    const program = ts.createProgram(fileNames, settings);
    return ts.getPreEmitDiagnostics(program).map((found) => ts.flattenDiagnosticMessageText(found.messageText, '\n'));
  }

  it.each([
    ['has no complaint about the template', '', '', []],
    [
      'knows the keys of the method',
      'const { dropNoise } = context.configuration;',
      'const dropNoise: string = context.configuration.dropNoise;',
      [/not assignable to type 'string'/],
    ],
    [
      'knows what a rule gives',
      'return selectSmallestMagnitudes(',
      'return 5; selectSmallestMagnitudes(',
      [/Uint32Array/],
    ],
    ['knows what a view has', 'view.weights.map', 'view.wieghts.map', [/'wieghts' does not exist/]],
    [
      'knows which keys there are',
      'uses: DROP_AND_GROW_KEYS',
      "uses: ['sparsness']",
      [/'"sparsness"' is not assignable/],
    ],
  ])('%s', (_, from, to, expected) => {
    const found = complaints(from, to);
    if (expected.length === 0) expect(found).toEqual([]);
    for (const message of expected) expect(found.join('\n')).toMatch(message);
  });
});
