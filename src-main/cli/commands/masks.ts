import type { MaskView } from '../../contract/index.ts';
import { activeOf, changesOf } from '../../lab/runs/mask-export/history.ts';
import { EXIT, UsageError, type Command } from '../command.ts';
import { MASK_HISTORY_HELP, MASK_HISTORY_OPTIONS, chosenHistory, writeHistory } from '../mask-history.ts';
import { printJson } from '../output.ts';
import { findRun, wholeNumber } from '../values.ts';

/** The update whole. */
function wholeUpdate(view: MaskView) {
  const { layer, layerName: name, update, step, outputs, inputs } = view;
  return { layer, name, update, step, outputs, inputs, active: activeOf(view), ...changesOf(view) };
}

export const masks: Command = {
  name: 'masks',
  usage: 'ID [--layer L] [--update U] [--changes] | ID --history [--format csv|npz|json] [--out FILE]',
  summary:
    "prints a layer's active positions (row * inputs + column) as a JSON array, what an update changed, or every mask",
  optionHelp: [
    ['--layer L', 'the layer, counted from 0; 0 unless given'],
    ['--update U', 'the mask after update U, 0 is the initial one; the last unless given'],
    [
      '--changes',
      'prints { layer, name, update, step, outputs, inputs, active, dropped, grown, regrown, regrownLiveOn } instead',
    ],
    ...MASK_HISTORY_HELP,
  ],
  options: {
    layer: { type: 'string' },
    update: { type: 'string' },
    changes: { type: 'boolean' },
    ...MASK_HISTORY_OPTIONS,
  },
  positionals: { least: 1, most: 1 },
  access: 'read',

  async run(context) {
    const { lab, positionals, values, print } = context;
    const [given] = positionals;
    const asked = { layer: wholeNumber(values, 'layer'), update: wholeNumber(values, 'update') };
    const history = chosenHistory(values);
    const { id } = await findRun(lab, given);
    const { layers, steps, regrownLiveOn } = await lab.maskTimeline(id);
    if (layers.length === 0) throw new UsageError(`ID: run ${id} has no masks yet: it has not started`);
    if (history) {
      await writeHistory(context, id, history);
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
      printJson(print, { ...wholeUpdate(view), regrownLiveOn });
    }
    return EXIT.done;
  },
};
