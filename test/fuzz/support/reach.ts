import { Session } from 'node:inspector/promises';
import fc from 'fast-check';
import { createBench, createSandbox } from '../harness/sandbox.ts';

/**
 * A process by itself: gives entrances of the names in its arguments a few cases each, and prints which functions of the
 * product ran, as JSON: the names of functions by their file.
 */

const CASES = 60;

const session = new Session();
session.connect();
await session.post('Profiler.enable');
await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
const { entrances } = await import('../entrances/index.ts');
const sandbox = createSandbox();
const bench = createBench(sandbox.folder);
for (const name of process.argv.slice(2)) {
  const entrance = entrances.find((one) => one.name === name);
  if (!entrance) throw new Error(`There is no entrance ${name}.`);
  const opened = await entrance.open(bench);
  for (const input of fc.sample(opened.cases, { numRuns: CASES, seed: 1 })) {
    try {
      await opened.run(input);
    } catch {
      // What comes of a case is not asked here.
    }
  }
  await opened.close?.();
}
const { result } = await session.post('Profiler.takePreciseCoverage');
const reached: Record<string, string[]> = {};
for (const { url, functions } of result) {
  const [, file] = /\/(src-main\/.*\.ts)$/.exec(url) ?? [];
  if (file === undefined) continue;
  reached[file] = functions.filter(({ ranges }) => ranges[0].count > 0).map(({ functionName }) => functionName);
}
sandbox.remove();
console.log(JSON.stringify(reached));
