import { describeFields } from '../contract/index.ts';
import { builtInMethods } from '../topology/methods/index.ts';
import type { Command } from './command.ts';
import { commands } from './commands/index.ts';

const PROGRAM = 'npm run -s espalier --';

/** The overview. */
export function generalHelp(): string {
  const width = Math.max(...commands.map((command) => command.name.length));
  return [
    'Espalier: trains, compares and looks inside dense and sparse networks.',
    '',
    `${PROGRAM} COMMAND`,
    '',
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    `  ${'help'.padEnd(width)}  help COMMAND tells more`,
    '',
    'Everywhere:',
    ...aligned([
      ['--data DIR', 'the data folder; else ESPALIER_DATA, else the folder for application data'],
      ['--methods DIR', 'a folder with methods of your own, beside the folder methods in the data folder'],
      ['--json', 'one JSON document on standard output, everything else on standard error'],
    ]),
    '',
    'Exit codes: 0 done, 2 invalid input, 1 failure; of run, resume and study 1 also where a run diverged, failed or',
    'was cancelled. ESPALIER_DEBUG=1 shows the stack of an error.',
  ].join('\n');
}

export function commandHelp(command: Command): string {
  const lines = [`${PROGRAM} ${command.name} ${command.usage}`.trimEnd(), '', `  ${command.summary}`, ''];
  lines.push(...aligned(command.optionHelp));
  if (command.name === 'run') lines.push('', 'Keys of a configuration:', ...aligned(configurationHelp()));
  return lines.join('\n').trimEnd();
}

const configurationHelp = (): [string, string][] =>
  describeFields(builtInMethods).map(({ key, help, choices }) => [
    key,
    choices ? `${help} (${choices.join(', ')})` : help,
  ]);

function aligned(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(0, ...rows.map(([name]) => name.length));
  return rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`);
}
