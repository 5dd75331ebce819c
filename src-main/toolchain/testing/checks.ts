import { availableParallelism } from 'node:os';
import { projectRoot } from '../support/folders.ts';
import { capture } from '../support/processes.ts';
import { formatSeconds } from '../support/terminal.ts';
import { toolScript } from '../support/tools.ts';
import { add, NOTHING, ONE_FAILED, type Tally } from './tally.ts';

interface Check {
  readonly name: string;
  readonly packageName: string;
  readonly command: string;
  readonly args: readonly string[];
}

const CHECKS: readonly Check[] = [
  { name: 'eslint', packageName: 'eslint', command: 'eslint', args: ['.', '--max-warnings', '0'] },
  // Types and the rules that need them, in one pass of TypeScript in Go (.oxlintrc.json).
  { name: 'oxlint', packageName: 'oxlint', command: 'oxlint', args: ['--deny-warnings'] },
  {
    name: 'svelte-check',
    packageName: 'svelte-check',
    command: 'svelte-check',
    // The compiler checks all other TypeScript; templates and what they use take a type system of their own.
    args: ['--tsconfig', 'tsconfig.renderer.json', '--threshold', 'warning', '--fail-on-warnings', '--output', 'human'],
  },
  { name: 'prettier', packageName: 'prettier', command: 'prettier', args: ['--check', '--log-level', 'warn', '.'] },
];

/** Formatting, lint and types. Each check is one test; its output is shown where it fails. */
export async function runChecks(): Promise<Tally> {
  const waiting = [...CHECKS];
  const tallies: Tally[] = [];
  const work = async (): Promise<void> => {
    for (let check = waiting.shift(); check; check = waiting.shift()) tallies.push(await runCheck(check));
  };
  const lanes = Math.max(1, Math.min(2, availableParallelism()));
  await Promise.all(Array.from({ length: lanes }, work));
  return tallies.reduce(add, NOTHING);
}

async function runCheck(check: Check): Promise<Tally> {
  const startedAt = performance.now();
  const script = toolScript(check.packageName, check.command);
  // Of oxlint alone Node would know, and not of the processes that it starts.
  const detached = process.platform !== 'win32';
  const finished = await capture(process.execPath, [script, ...check.args], { cwd: projectRoot, detached });
  const took = formatSeconds((performance.now() - startedAt) / 1000);
  if (finished.status === 0) {
    console.log(`  ok    ${check.name} (${took})`);
    return { ...NOTHING, passed: 1 };
  }
  const output = `${finished.stdout}${finished.stderr}`.trimEnd();
  console.log(`  FAIL  ${check.name} (${took})\n${output.replaceAll(/^/gm, '        ')}`);
  return ONE_FAILED;
}
