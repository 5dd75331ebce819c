import { UsageError, type Command } from '../command.ts';
import { followRuns } from '../follow.ts';
import { findRun } from '../values.ts';

export const resume: Command = {
  name: 'resume',
  usage: 'ID...',
  summary: 'goes on with interrupted or queued runs, from their last checkpoints',
  optionHelp: [['--json', 'prints an array of run summaries']],
  options: {},
  positionals: { least: 1, most: 10_000 },
  access: 'write',

  async run(context) {
    const { lab, positionals } = context;
    const runs = await Promise.all(positionals.map((id) => findRun(lab, id)));
    const over = runs.find(({ status }) => status !== 'interrupted' && status !== 'queued');
    if (over) throw new UsageError(`ID: run ${over.id} is ${over.status}; only interrupted and queued runs can go on`);
    for (const { id } of runs) await lab.resumeRun(id);
    return followRuns(
      context,
      runs.map(({ id }) => id),
    );
  },
};
