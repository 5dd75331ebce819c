import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { shortened, visibleText } from '../../contract/index.ts';
import { dataFolder } from '../../lab/data-folder.ts';
import type { MethodCheckReport } from '../../lab/methods/check/index.ts';
import { isMethodFile } from '../../lab/methods/method-folder.ts';
import { NewMethodError } from '../../lab/methods/new-method.ts';
import { EXIT, UsageError, type Command, type CommandContext } from '../command.ts';
import { count } from '../formats.ts';
import { readTextFile } from '../input-file.ts';
import { printJson } from '../output.ts';
import { createProgressLine } from '../progress-line.ts';
import { formatTable, type Column } from '../table.ts';
import { textOf } from '../values.ts';

export const methods: Command = {
  name: 'methods',
  usage: '[list | new NAME | check FILE]',
  summary: 'shows the methods of training, begins one of your own, or checks one on tiny networks',
  optionHelp: [
    ['new NAME', 'writes a running template into the folder methods of the data folder'],
    ['  --ts', 'in TypeScript, with its types in espalier.d.ts beside it'],
    ['  --in DIR', 'into this folder instead; --methods DIR trains by what is in it'],
    [
      'check FILE',
      'trains tiny networks by it: counts, determinism, resume, threads, FLOPs, R_s, keys; exit code 1 where',
    ],
    ['', 'something disagrees. A file of a method is a program, which this runs'],
    ['--json', 'prints one document'],
  ],
  options: { ts: { type: 'boolean' }, in: { type: 'string' } },
  positionals: { least: 0, most: 2 },
  access: 'read',
  // A data folder that is not there yet is made; where it is, a window may have it open.
  accessFor: (values, [action]) =>
    action === 'new' && values.in === undefined && !existsSync(dataFolder(textOf(values, 'data'))) ? 'write' : 'read',

  async run(context) {
    const { values, positionals } = context;
    const [action = 'list', what] = positionals;
    const isWriting = values.ts === true || values.in !== undefined;
    if (isWriting && action !== 'new') throw new UsageError('methods: --ts and --in go with new NAME');
    if (action === 'list' && what === undefined) return listMethods(context);
    if (action === 'new' && what !== undefined) return newMethod(context, what);
    if (action === 'check' && what !== undefined) return checkMethod(context, what);
    throw new UsageError(`usage: methods ${methods.usage}`);
  },
};

/** A method, or a file that is none. */
interface MethodRow {
  name: string;
  title: string;
  source: string;
  /** Of its own. */
  keys: string[];
  /** Of a person's own; null of one that Espalier brings along. */
  file: string | null;
  state: 'built-in' | 'loaded' | 'new' | 'changed' | 'broken';
  message: string | null;
}

const columns: Column<MethodRow>[] = [
  { title: 'Name', align: 'left', cell: ({ name }) => name },
  { title: 'Title', align: 'left', cell: ({ title }) => title },
  { title: 'Keys of its own', align: 'left', cell: ({ keys }) => keys.join(', ') },
  { title: 'From', align: 'left', cell: ({ file }) => file ?? 'Espalier' },
  { title: 'Source', align: 'left', cell: ({ source }) => source },
];

function listMethods({ lab, json, print, say }: CommandContext): Promise<number> {
  const files = lab.methodFiles();
  const known = [...lab.methods().values()].map(({ name, title, source, keys }): MethodRow => {
    const file = files.find((one) => one.state === 'loaded' && one.name === name)?.file ?? null;
    const state = file === null ? 'built-in' : 'loaded';
    return { name, title, source, keys: Object.keys(keys), file, state, message: null };
  });
  const others = files.filter(({ state }) => state !== 'loaded');
  if (json) {
    const rows = others.map(({ file, state, message }) => ({ name: null, file, state, message }));
    printJson(print, [...known, ...rows]);
  } else {
    print(formatTable(columns, known));
    if (others.length > 0) say(`${count(others.length)} of the files ${others.length === 1 ? 'is' : 'are'} no method.`);
  }
  return Promise.resolve(EXIT.done);
}

function newMethod({ lab, values, json, print }: CommandContext, name: string): Promise<number> {
  const isTypeScript = values.ts === true;
  const folder = textOf(values, 'in');
  if (folder === '') throw new UsageError('--in: name a folder');
  let files: string[];
  try {
    files = lab.writeNewMethod(name, { folder, isTypeScript });
  } catch (error) {
    if (error instanceof NewMethodError) throw new UsageError(error.message);
    throw error;
  }
  if (json) printJson(print, { method: name, files });
  else {
    const from = folder === undefined ? '' : ` --methods ${visibleText(folder)}`;
    print(`Wrote ${files.map(visibleText).join(', ')}`);
    print(`Check it with methods check ${visibleText(files[0])}, train by it with run${from} method=${name}`);
  }
  return Promise.resolve(EXIT.done);
}

/** What takes less says nothing on the way. */
const SHOWN_AFTER_MILLISECONDS = 1000;

async function checkMethod({ lab, json, print }: CommandContext, file: string): Promise<number> {
  const code = readTextFile('FILE', file);
  if (!isMethodFile(file))
    throw new UsageError(`FILE: ${shortened(file, 300)} is neither JavaScript (.js, .mjs) nor TypeScript (.ts, .mts)`);
  const line = createProgressLine(process.stderr, ({ done, total }) => `${count(done)} of ${count(total)}`);
  const startedAt = performance.now();
  const onProgress = (done: number, total: number): void => {
    const milliseconds = performance.now() - startedAt;
    if (milliseconds < SHOWN_AFTER_MILLISECONDS) return;
    const secondsLeft = ((total - done) * milliseconds) / done / 1000;
    line.show({ text: 'Training tiny networks', done, total, secondsLeft });
  };
  const report = await lab.checkMethodFile({ file: basename(file), code }, onProgress).finally(() => line.end());
  if (json) printJson(print, report);
  else print(describeCheck(report));
  return report.passes ? EXIT.done : EXIT.failure;
}

const MARKS = { pass: 'pass', disagrees: 'DISAGREES', untried: '–' } as const;

function describeCheck({ file, method, trainings, passes, checks }: MethodCheckReport): string {
  const width = Math.max(...checks.map(({ title }) => title.length));
  const lines = checks.map(({ title, state, text }) =>
    `${title.padEnd(width)}  ${MARKS[state].padEnd(9)}  ${text}`.trimEnd(),
  );
  const bad = checks.filter(({ state }) => state === 'disagrees').length;
  const ending = passes
    ? `${method ?? file} does what it declares, in ${count(trainings)} trainings.`
    : `${method ?? file}: ${count(bad)} of ${count(checks.length)} disagree${bad === 1 ? 's' : ''}.`;
  return [...lines, '', ending].map(visibleText).join('\n');
}
