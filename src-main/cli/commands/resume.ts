import { isResumable } from '../../contract/index.ts';
import { UsageError, type Command } from '../command.ts';
import { followRuns } from '../follow.ts';
import { AT_ONCE_HELP, AT_ONCE_OPTION } from '../runs-at-once.ts';
import { findRun } from '../values.ts';

export const resume: Command = {
  name: 'resume',
  usage: 'ID...',
  summary: 'goes on with interrupted, failed or queued runs, from their last checkpoints',
  optionHelp: [AT_ONCE_HELP, ['--json', 'prints an array of run summaries']],
  options: AT_ONCE_OPTION,
  positionals: { least: 1, most: 10_000 },
  access: 'write',

  async run(context) {
    const { lab, positionals } = context;
    const runs = await Promise.all(positionals.map((id) => findRun(lab, id)));
    const over = runs.find((run) => run.status !== 'queued' && !isResumable(run));
    if (over) {
      const what = over.status === 'failed' ? 'failed before its first checkpoint' : `is ${over.status}`;
      throw new UsageError(
        `ID: run ${over.id} ${what}; interrupted and queued runs can go on, and failed ones with a checkpoint`,
      );
    }
    for (const { id } of runs) await lab.resumeRun(id);
    return followRuns(
      context,
      runs.map(({ id }) => id),
    );
  },
};
