import { runChecks } from './testing/checks.ts';
import { runDisplayTests } from './testing/display-tests.ts';
import { add, closingLine, NOTHING, ONE_FAILED, type Tally } from './testing/tally.ts';
import { runUnitTests } from './testing/unit-tests.ts';
import { messageOf, Problem } from './support/problem.ts';
import { formatSeconds } from './support/terminal.ts';

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
  const chosen = part === undefined ? Object.values(SECTIONS) : [SECTIONS[part]];
  const summary: string[] = [];
  let total = NOTHING;
  for (const section of chosen) {
    console.log(`\n== ${section.title}`);
    const startedAt = performance.now();
    const tally = await runSection(section, filters);
    total = add(total, tally);
    const took = formatSeconds((performance.now() - startedAt) / 1000);
    summary.push(`${section.title}: ${closingLine(tally)} (${took})`);
  }
  console.log(`\n== Summary\n${summary.join('\n')}\n${closingLine(total)}`);
  return total.failed > 0 ? 1 : 0;
}

async function runSection(section: Section, filters: readonly string[]): Promise<Tally> {
  try {
    return await section.run(filters);
  } catch (error) {
    console.log(`  FAIL  ${messageOf(error)}`);
    return ONE_FAILED;
  }
}
