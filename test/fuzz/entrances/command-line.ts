import { parseCommandLine } from '../../../src-main/cli/parse-command-line.ts';
import { commandHelp, generalHelp } from '../../../src-main/cli/help.ts';
import { expectThat, type Bench, type Entrance } from '../harness/entrance.ts';
import { commandLines } from '../mutation/command-lines.ts';
import { openRealLab, Started, type RealLab } from './real-lab.ts';

const FILES = {
  'runs.json': JSON.stringify([{ method: 'set', epochs: 1 }, { method: 'dense' }]),
  'study.json': JSON.stringify({ name: 'Two', base: {}, grid: { sparsity: [0.5, 0.9] }, seeds: [1, 2] }),
};

/** Errors by which a command refuses: of the arguments, of the lab, of a file. */
export const REFUSALS = ['UsageError', 'InvalidConfigurationError', 'StoreError', 'LabError', 'DatasetError'];

export const withRun = (words: readonly string[], runId: string): string[] =>
  words.map((word) => word.replaceAll('RUN', runId));

/** Runs a command line in this process, up to where it would train, fetch or import. @returns the exit code */
export async function runInProcess(words: readonly string[], { lab, runId }: RealLab, bench: Bench): Promise<number> {
  bench.fill(FILES);
  const line = parseCommandLine(withRun(words, runId));
  if (line.type === 'help') {
    const known = line.topic === null ? null : parseCommandLine([line.topic, '--help']);
    expectThat(known === null || known.type === 'help', 'helps with what is no command');
    expectThat(generalHelp().length > 0, 'has no help');
    return 0;
  }
  const { command, values, positionals } = line;
  expectThat(commandHelp(command).length > 0, 'has no help');
  const printed: string[] = [];
  const keep = (text: string): void => void printed.push(text);
  const to = { print: keep, write: keep, say: keep };
  const code = await command.run({ lab, values, positionals, json: values.json === true, ...to });
  expectThat(code === 0 || code === 1, `ends with ${code}`);
  expectThat(
    printed.every((text) => typeof text === 'string' && !/\bundefined\b|\[object /.test(text)),
    'prints what speaks of the runtime',
  );
  if (values.json === true && printed.length === 1) JSON.parse(printed[0]);
  return code;
}

/** Command lines, each with all that its command does with a real lab but training, fetching and importing. */
export const commandLine: Entrance<string[]> = {
  name: 'arguments',
  what: 'command lines: options, positionals, and what a command makes of them',
  refusals: REFUSALS,
  longestMessage: 10_000,
  async open(bench) {
    const real = await openRealLab(bench.folder);
    return {
      close: () => real.close(),
      cases: commandLines,
      async run(words) {
        try {
          await runInProcess(words, real, bench);
        } catch (error) {
          if (!(error instanceof Started)) throw error;
        }
      },
    };
  },
};
