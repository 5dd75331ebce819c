import { MASK_STATES, type MaskView } from '../../contract/index.ts';
import { keepsRegrown } from '../../topology/update.ts';
import { EXIT, UsageError, type Command } from '../command.ts';
import { printJson } from '../output.ts';
import { findRun, wholeNumber } from '../values.ts';

const [BORN, DIED, REVIVED] = (['born', 'died', 'revived'] as const).map((state) => MASK_STATES.indexOf(state));

const activeOf = ({ positions, states }: MaskView): number[] =>
  Array.from(positions.filter((_, index) => states[index] !== DIED));

/** The update whole: what it dropped and grew, what it did both to (`regrown`) in either list. */
function changesOf(view: MaskView) {
  const { layer, layerName: name, update, step, outputs, inputs, positions, states } = view;
  const regrown = Array.from(view.regrown);
  const inState = (...wanted: number[]): number[] =>
    Array.from(positions.filter((_, index) => wanted.includes(states[index])));
  const withRegrown = (others: number[]): number[] => [...others, ...regrown].sort((a, b) => a - b);
  return {
    ...{ layer, name, update, step, outputs, inputs, active: activeOf(view) },
    dropped: withRegrown(inState(DIED)),
    grown: withRegrown(inState(BORN, REVIVED)),
    regrown,
  };
}

export const masks: Command = {
  name: 'masks',
  usage: 'ID --layer L --update U',
  summary: "prints a layer's active positions (row * inputs + column) as a JSON array, or what an update changed",
  optionHelp: [
    ['--layer L', 'the layer, counted from 0; 0 unless given'],
    ['--update U', 'the mask after update U, 0 is the initial one; the last unless given'],
    [
      '--changes',
      'prints { layer, name, update, step, outputs, inputs, active, dropped, grown, regrown, regrownLiveOn } instead',
    ],
  ],
  options: { layer: { type: 'string' }, update: { type: 'string' }, changes: { type: 'boolean' } },
  positionals: { least: 1, most: 1 },
  access: 'read',

  async run({ lab, positionals: [given], values, print }) {
    const asked = { layer: wholeNumber(values, 'layer'), update: wholeNumber(values, 'update') };
    const { id } = await findRun(lab, given);
    const { layers, steps } = await lab.maskTimeline(id);
    if (layers.length === 0) throw new UsageError(`ID: run ${id} has no masks yet: it has not started`);
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
      printJson(print, { ...changesOf(view), regrownLiveOn: keepsRegrown(configuration) });
    }
    return EXIT.done;
  },
};
