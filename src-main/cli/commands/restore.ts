import { EXIT, type Command } from '../command.ts';
import { printJson } from '../output.ts';
import { findTrashedRun } from '../values.ts';

export const restore: Command = {
  name: 'restore',
  usage: 'ID...',
  summary: 'brings runs back from the trash',
  optionHelp: [['--json', 'prints an array of the runs, as list does']],
  options: {},
  positionals: { least: 1, most: 10_000 },
  access: 'write',

  async run({ lab, positionals, json, print, say }) {
    const found = await Promise.all(positionals.map((id) => findTrashedRun(lab, id)));
    const ids = new Set(found.map(({ id }) => id));
    await lab.restoreRuns([...ids]);
    const restored = (await lab.listRuns()).filter(({ id }) => ids.has(id));
    if (json) printJson(print, restored);
    else for (const { id, name } of restored) say(`Restored ${name} (${id}).`);
    return EXIT.done;
  },
};
