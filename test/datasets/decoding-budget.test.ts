import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { createMemoryBudget } from '../../src-main/datasets/readers/decoding-budget.ts';
import { writeTree } from './support/image-files.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

describe('a budget of memory', () => {
  test('is never passed but by one task alone; all tasks run, in the order of their calls', async () => {
    const cases = fc.record({
      most: fc.integer({ min: 1, max: 100 }),
      // How much each takes, and after how many others' turns it ends.
      tasks: fc.array(fc.record({ bytes: fc.integer({ min: 0, max: 150 }), turns: fc.nat(5), fails: fc.boolean() }), {
        maxLength: 30,
      }),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ most, tasks }) => {
        const budget = createMemoryBudget(most);
        const started: number[] = [];
        let [taken, running] = [0, 0];
        const results = await Promise.allSettled(
          tasks.map(({ bytes, turns, fails }, at) =>
            budget.within(bytes, async () => {
              started.push(at);
              taken += bytes;
              running++;
              expect(taken <= most || running === 1).toBe(true);
              for (let turn = 0; turn < turns; turn++) await Promise.resolve();
              taken -= bytes;
              running--;
              if (fails) throw new Error('failed');
              return at;
            }),
          ),
        );
        expect(started).toEqual([...tasks.keys()]);
        expect(results.map(({ status }) => status)).toEqual(
          tasks.map(({ fails }) => (fails ? 'rejected' : 'fulfilled')),
        );
        expect(running).toBe(0);
      }),
      { numRuns: 200 },
    );
  });
});

test('images that are large when decoded are not all in memory at the same time', async () => {
  const side = 9000;
  const image = sharp({ create: { width: side, height: side, channels: 3, background: { r: 7, g: 0, b: 0 } } });
  const file = await image.png({ compressionLevel: 1 }).toBuffer();
  const folder = await writeTree(await temporaryFolder(), { 'large.png': file });
  // A process of its own, whose largest memory the system tells.
  const code = `
    import { readFileSync } from 'node:fs';
    const { decodeImage } = await import(${JSON.stringify(new URL('../../src-main/datasets/readers/decode-image.ts', import.meta.url).href)});
    const target = { height: ${side}, width: ${side}, channels: 3, resize: null, converts: false, scale: null };
    const file = readFileSync(process.argv[1] + '/large.png');
    const reds = await Promise.all(Array.from({ length: 8 }, async () => (await decodeImage(file, target))[0]));
    console.log(JSON.stringify({ reds, kibibytes: process.resourceUsage().maxRSS }));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', code, folder], {
    encoding: 'utf8',
    cwd: join(import.meta.dirname, '../..'),
  });
  expect(stderr).not.toMatch(/Error/);
  const { reds, kibibytes } = JSON.parse(stdout) as { reds: number[]; kibibytes: number };
  expect(reds).toEqual(new Array(8).fill(7));
  // Eight are 1.9 GB decoded. With the budget it was 607 MiB, without it 1415 (8 at once on two cores).
  expect(kibibytes).toBeLessThan(1000 * 2 ** 10);
}, 120_000);
