import { MASK_STATES } from '../../contract/index.ts';
import { EXIT, UsageError, type Command } from '../command.ts';
import { findRun, wholeNumber } from '../values.ts';

const DIED = MASK_STATES.indexOf('died');

export const masks: Command = {
  name: 'masks',
  usage: 'ID --layer L --update U',
  summary: "prints a layer's active positions (row * inputs + column) as a JSON array",
  optionHelp: [
    ['--layer L', 'the layer, counted from 0; 0 unless given'],
    ['--update U', 'the mask after update U, 0 is the initial one; the last unless given'],
  ],
  options: { layer: { type: 'string' }, update: { type: 'string' } },
  positionals: { least: 1, most: 1 },
  access: 'read',

  async run({ lab, positionals: [given], values, print }) {
    const { id } = await findRun(lab, given);
    const { layers, steps } = await lab.maskTimeline(id);
    if (layers.length === 0) throw new UsageError(`ID: run ${id} has no masks yet: it has not started`);
    const layer = wholeNumber(values, 'layer') ?? 0;
    const update = wholeNumber(values, 'update') ?? steps.length - 1;
    if (layer >= layers.length) {
      const names = layers.map(({ name }, index) => `${index} (${name})`).join(', ');
      throw new UsageError(`--layer: there is no layer ${layer}; the layers are ${names}`);
    }
    if (update >= steps.length) {
      throw new UsageError(`--update: there is no update ${update}; the updates are 0 to ${steps.length - 1}`);
    }
    const { positions, states } = await lab.maskView(id, layer, update);
    print(JSON.stringify(Array.from(positions.filter((_, index) => states[index] !== DIED))));
    return EXIT.done;
  },
};
