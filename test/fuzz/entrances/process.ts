import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { visibleLines } from '../../../src-main/contract/index.ts';
import { THREADED_NODE, threadedNodeEnvironment } from '../../../src-main/toolchain/support/threaded-node.ts';
import { BUNDLED_COMMAND_LINE } from '../../../src-main/toolchain/testing/bundle.ts';
import { expectThat, type Entrance } from '../harness/entrance.ts';
import { commandLines } from '../mutation/command-lines.ts';
import { REFUSALS, runInProcess, withRun } from './command-line.ts';
import { openRealLab, Started } from './real-lab.ts';

const LONGEST_WAIT_MILLISECONDS = 50_000;
const LONGEST_ERROR = 10_000;

/**
 * Command lines as a person runs them, a process each, where they start no training: exit code, standard output and
 * standard error.
 */
export const commandProcess: Entrance<string[]> = {
  name: 'process',
  what: 'command lines as a process each: exit code and what it prints',
  refusals: REFUSALS,
  goal: 2000,
  isForEveryTest: false,
  async open(bench) {
    const real = await openRealLab(bench.folder);
    const data = join(bench.folder, 'data');
    mkdirSync(data, { recursive: true });
    return {
      close: () => real.close(),
      // No process is started with a zero in its arguments.
      cases: commandLines.filter((words) => words.every((word) => !word.includes('\0'))),
      async run(words) {
        try {
          await runInProcess(words, real, bench);
        } catch (error) {
          if (error instanceof Started) return;
        }
        // It has no run of its own: what names one is refused.
        judge(withRun(words, real.runId), data, bench.folder);
      },
    };
  },
};

function judge(words: readonly string[], data: string, folder: string): void {
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    [...THREADED_NODE, BUNDLED_COMMAND_LINE, ...words],
    {
      cwd: folder,
      encoding: 'utf8',
      timeout: LONGEST_WAIT_MILLISECONDS,
      env: { ...threadedNodeEnvironment(), ESPALIER_DATA: data, ESPALIER_DEBUG: '' },
    },
  );
  expectThat(signal === null, `is ended by ${signal ?? ''}`);
  expectThat(status === 0 || status === 1 || status === 2, `ends with ${status}`);
  expectThat(status !== 2 || stdout === '', 'refuses and prints all the same');
  expectThat(status === 0 || stderr !== '', 'fails and says nothing');
  expectThat(stderr.length <= LONGEST_ERROR, `says ${stderr.length} characters`);
  expectThat(!/\n\s+at |\bundefined\b|\[object /.test(stderr), `speaks of the runtime: ${stderr.slice(0, 200)}`);
  expectThat(visibleLines(stderr) === stderr, `acts on the terminal: ${JSON.stringify(stderr.slice(0, 200))}`);
}
