import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readJsonFile } from '../../src-main/cli/input-file.ts';
import { temporaryFolder } from '../datasets/support/temporary-folder.ts';

const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

test.each([
  [100, null],
  [101, /^FILE: .*deep\.json has lists or objects more than 100 deep in each other/],
  [100_000, /more than 100 deep/],
])('a document nested %d deep', async (levels, refusal) => {
  const file = join(await temporaryFolder(), 'deep.json');
  writeFileSync(file, nested(levels));
  if (refusal === null) expect(readJsonFile('FILE', file)).toEqual(JSON.parse(nested(levels)));
  else expect(() => readJsonFile('FILE', file)).toThrow(refusal);
});
