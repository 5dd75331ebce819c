import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { THREADED_NODE } from '../../src-main/toolchain/support/threaded-node.ts';
import { BUNDLED_COMMAND_LINE } from '../../src-main/toolchain/testing/bundle.ts';
import { leftOf, type Left } from './left.ts';
import type { Plan } from './plans.ts';

/** How one command ended: by itself, or killed after so long. */
export type Ending = { killed: true } | { killed: false; code: number | null; stderr: string; seconds: number };

/** The command line in a process of its own, killed after `milliseconds` unless it ends before or that is null. */
function runCommand(words: string[], milliseconds: number | null): Promise<Ending> {
  const startedAt = performance.now();
  const args = [...THREADED_NODE, BUNDLED_COMMAND_LINE, ...words];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (chunk) => (stderr += String(chunk)));
  const timer = milliseconds === null ? null : setTimeout(() => child.kill('SIGKILL'), milliseconds);
  return new Promise((resolve) => {
    child.on('close', (code, signal) => {
      if (timer) clearTimeout(timer);
      const seconds = (performance.now() - startedAt) / 1000;
      resolve(signal === 'SIGKILL' ? { killed: true } : { killed: false, code, stderr, seconds });
    });
  });
}

/**
 * One command that begins a plan or goes on with it, killed after `milliseconds` unless it ends before or that is null.
 * @returns null where all of the plan was over before
 */
export async function runPlan(plan: Plan, folder: string, milliseconds: number | null): Promise<Ending | null> {
  const left = await leftOf(folder);
  return left === null ? null : runCommand(commandOf(plan, folder, left), milliseconds);
}

function commandOf(plan: Plan, folder: string, left: Left): string[] {
  const data = ['--at-once', String(plan.atOnce), '--data', folder];
  // A study is gone on with by the command that began it.
  if (left !== 'all' && plan.kind === 'runs') return ['resume', ...left, ...data];
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'soak-plan.json');
  writeFileSync(file, JSON.stringify(plan.kind === 'study' ? plan.study : { runs: plan.runs }));
  return plan.kind === 'study' ? ['study', file, ...data] : ['run', '--config', file, ...data];
}
