import type { MaskView } from '../../contract/index.ts';
import { activeOf, changesOf, maskHistoryLines } from '../../lab/runs/mask-export.ts';
import { keepsRegrown } from '../../topology/update.ts';
import { EXIT, UsageError, type Command } from '../command.ts';
import { printJson } from '../output.ts';
import { findRun, wholeNumber } from '../values.ts';

/** The update whole. */
function wholeUpdate(view: MaskView) {
  const { layer, layerName: name, update, step, outputs, inputs } = view;
  return { layer, name, update, step, outputs, inputs, active: activeOf(view), ...changesOf(view) };
}

export const masks: Command = {
  name: 'masks',
  usage: 'ID [--layer L] [--update U] [--changes] | ID --history',
  summary:
    "prints a layer's active positions (row * inputs + column) as a JSON array, what an update changed, or every mask",
  optionHelp: [
    ['--layer L', 'the layer, counted from 0; 0 unless given'],
    ['--update U', 'the mask after update U, 0 is the initial one; the last unless given'],
    [
      '--changes',
      'prints { layer, name, update, step, outputs, inputs, active, dropped, grown, regrown, regrownLiveOn } instead',
    ],
    [
      '--history',
      'prints every layer and update instead, a JSON document a line: { run, layers, steps, regrownLiveOn }, then ' +
        '{ layer, update: 0, active } and { layer, update, dropped, grown }',
    ],
  ],
  options: {
    layer: { type: 'string' },
    update: { type: 'string' },
    changes: { type: 'boolean' },
    history: { type: 'boolean' },
  },
  positionals: { least: 1, most: 1 },
  access: 'read',

  async run({ lab, positionals: [given], values, print }) {
    const asked = { layer: wholeNumber(values, 'layer'), update: wholeNumber(values, 'update') };
    const isWhole = values.history === true;
    const narrowed = ['layer', 'update', 'changes'].find((option) => values[option] !== undefined);
    if (isWhole && narrowed !== undefined) {
      throw new UsageError(`--history: prints every layer and update; leave out --${narrowed}`);
    }
    const { id } = await findRun(lab, given);
    const { layers, steps } = await lab.maskTimeline(id);
    if (layers.length === 0) throw new UsageError(`ID: run ${id} has no masks yet: it has not started`);
    if (isWhole) {
      for await (const line of maskHistoryLines(lab, id)) print(line);
      return EXIT.done;
    }
    const layer = asked.layer ?? 0;
    const update = asked.update ?? steps.length - 1;
    if (layer >= layers.length) {
      const names = layers.map(({ name }, index) => `${index} (${name})`).join(', ');
      throw new UsageError(`--layer: there is no layer ${layer}; the layers are ${names}`);
    }
    if (update >= steps.length) {
      throw new UsageError(`--update: there is no update ${update}; the updates are 0 to ${steps.length - 1}`);
    }
    const view = await lab.maskView(id, layer, update);
    if (values.changes !== true) print(JSON.stringify(activeOf(view)));
    else {
      const { configuration } = await lab.getRun(id);
      printJson(print, { ...wholeUpdate(view), regrownLiveOn: keepsRegrown(configuration) });
    }
    return EXIT.done;
  },
};
