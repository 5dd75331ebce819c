import { sparsityNow, type RunListItem } from '../../contract/index.ts';
import { EXIT, type Command } from '../command.ts';
import { date, fraction, percent, sparsity } from '../formats.ts';
import { printJson } from '../output.ts';
import { formatTable, type Column } from '../table.ts';

const columns: Column<RunListItem>[] = [
  { title: 'ID', align: 'left', cell: (run) => run.id },
  { title: 'State', align: 'left', cell: (run) => run.status },
  { title: 'Name', align: 'left', cell: (run) => run.name },
  { title: 'Sparsity', align: 'right', cell: (run) => sparsity(sparsityNow(run)) },
  { title: 'Epochs', align: 'right', cell: (run) => `${run.progress.epoch}/${run.progress.totalEpochs}` },
  { title: 'Validation', align: 'right', cell: (run) => percent(run.validationAccuracy) },
  { title: 'Test', align: 'right', cell: (run) => percent(run.final?.testAccuracy) },
  { title: 'R_s', align: 'right', cell: (run) => fraction(run.rs) },
  { title: 'Created', align: 'left', cell: (run) => date(run.createdAt) },
  { title: 'Warnings', align: 'left', cell: (run) => codesOf(run) },
];

/** Each kind once; `show` has the words. */
const codesOf = ({ warnings }: RunListItem): string => [...new Set(warnings.map(({ code }) => code))].join(', ');

export const list: Command = {
  name: 'list',
  usage: '',
  summary: 'shows the runs, or those in the trash',
  optionHelp: [
    ['--trash', 'shows the runs in the trash instead; restore brings them back'],
    ['--json', 'prints an array of runs, more than their summaries'],
  ],
  options: { trash: { type: 'boolean' } },
  positionals: { least: 0, most: 0 },
  access: 'read',

  async run({ lab, values, json, print, say }) {
    const isTrash = values.trash === true;
    const runs = isTrash ? await lab.listTrash() : await lab.listRuns();
    if (json) {
      printJson(
        print,
        runs.map((run) => ({ ...run, sparsityNow: sparsityNow(run) })),
      );
    } else if (runs.length > 0) print(formatTable(columns, runs));
    else if (isTrash) say('The trash is empty.');
    else say('There are no runs yet. The demo study makes four: run --preset demo');
    return EXIT.done;
  },
};
