import { isResumable } from '../../contract/index.ts';
import { UsageError, type Command } from '../command.ts';
import { followRuns } from '../follow.ts';
import { AT_ONCE_HELP, AT_ONCE_OPTION } from '../runs-at-once.ts';
import { findRun } from '../values.ts';

export const resume: Command = {
  name: 'resume',
  usage: 'ID...',
  summary: 'goes on with interrupted, failed or queued runs, from their last checkpoints',
  optionHelp: [
    ['--accept-changed-method', 'goes on although the file of a run’s own method has changed'],
    AT_ONCE_HELP,
    ['--json', 'prints an array of run summaries'],
  ],
  options: { ...AT_ONCE_OPTION, 'accept-changed-method': { type: 'boolean' } },
  positionals: { least: 1, most: 10_000 },
  access: 'write',

  async run(context) {
    const { lab, positionals, values } = context;
    const runs = await Promise.all(positionals.map((id) => findRun(lab, id)));
    const over = runs.find((run) => run.status !== 'queued' && !isResumable(run));
    if (over) {
      const what = over.status === 'failed' ? 'failed before its first checkpoint' : `is ${over.status}`;
      throw new UsageError(
        `ID: run ${over.id} ${what}; interrupted and queued runs can go on, and failed ones with a checkpoint`,
      );
    }
    const acceptsChangedMethod = values['accept-changed-method'] === true;
    for (const { id } of runs) await lab.resumeRun(id, { acceptsChangedMethod });
    return followRuns(
      context,
      runs.map(({ id }) => id),
    );
  },
};
