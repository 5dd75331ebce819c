import { join } from 'node:path';
import { ensureBuilt } from './build.ts';
import { resolveElectron } from './electron-runtime.ts';
import { ensureKernels } from './kernels.ts';
import { projectRoot } from './support/folders.ts';
import { messageOf, Problem } from './support/problem.ts';
import { capture } from './support/processes.ts';
import { formatSeconds } from './support/terminal.ts';
import { runChecks } from './testing/checks.ts';
import { runDisplayTests } from './testing/display-tests.ts';
import { add, closingLine, NOTHING, ONE_FAILED, readClosingLine, type Tally } from './testing/tally.ts';
import { runUnitTests } from './testing/unit-tests.ts';

interface Section {
  readonly title: string;
  run(filters: readonly string[]): Promise<Tally>;
}

const SECTIONS: Readonly<Record<string, Section>> = {
  checks: { title: 'Checks', run: runChecks },
  unit: { title: 'Unit tests', run: runUnitTests },
  e2e: { title: 'Display tests', run: runDisplayTests },
};

/**
 * `npm test`, or `npm test -- PART [FILTER ...]` for one of checks, unit and e2e; a filter is part of a file name. The
 * last line of standard output is `N passed, N failed`.
 */
export async function program(args: readonly string[]): Promise<number> {
  const [part, ...filters] = args;
  if (part !== undefined && !Object.hasOwn(SECTIONS, part)) {
    throw new Problem(`There is no part "${part}" of the tests; there are: ${Object.keys(SECTIONS).join(', ')}.`);
  }
  const finished = part === undefined ? await runAll() : [await runSection(SECTIONS[part], filters)];
  const total = finished.map(({ tally }) => tally).reduce(add, NOTHING);
  const summary = finished.map(({ title, tally, took }) => `${title}: ${closingLine(tally)} (${took})`);
  console.log(`\n== Summary\n${summary.join('\n')}\n${closingLine(total)}`);
  return total.failed > 0 ? 1 : 0;
}

interface Finished {
  readonly title: string;
  readonly tally: Tally;
  readonly took: string;
}

/**
 * Windows wait for half of their time, so their tests run beside the others, in a process of their own; what they said
 * follows once both are through.
 */
async function runAll(): Promise<Finished[]> {
  await makeShared();
  const apart = runApart('e2e');
  const checks = await runSection(SECTIONS.checks, []);
  const unit = await runSection(SECTIONS.unit, []);
  if (!apart.isOver()) console.log('\nThe display tests are still running ...');
  const { output, ...display } = await apart.finished;
  console.log(output.trimEnd());
  return [checks, unit, display];
}

/** What both processes need is made before, not by both at the same time. Where one cannot be had, its tests say so. */
async function makeShared(): Promise<void> {
  for (const make of [ensureKernels, ensureBuilt, resolveElectron]) await make().catch(() => undefined);
}

async function runSection({ title, run }: Section, filters: readonly string[]): Promise<Finished> {
  console.log(`\n== ${title}`);
  const startedAt = performance.now();
  const tally = await run(filters).catch((error: unknown) => {
    console.log(`  FAIL  ${messageOf(error)}`);
    return ONE_FAILED;
  });
  return { title, tally, took: formatSeconds((performance.now() - startedAt) / 1000) };
}

/** `npm test -- PART` as a process of its own, whose output is kept; it ends with this one. */
function runApart(part: string) {
  const startedAt = performance.now();
  let over = false;
  const script = join(projectRoot, 'src-main', 'toolchain', 'run.js');
  const finished = capture(process.execPath, [script, 'test', part], {
    cwd: projectRoot,
  }).then(({ stdout, stderr }): Finished & { output: string } => {
    over = true;
    const tally = readClosingLine(stdout) ?? ONE_FAILED;
    const took = formatSeconds((performance.now() - startedAt) / 1000);
    return {
      title: SECTIONS[part].title,
      tally,
      took,
      output: `${stderr}${stdout.replace(/\n== Summary\n[^]*$/, '')}`,
    };
  });
  return { finished, isOver: () => over };
}
