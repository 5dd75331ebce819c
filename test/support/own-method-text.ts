/** A person's own method, in TypeScript: SET by magnitude, with a key of its own. */
export const OWN_METHOD = `import { defineMethod, DROP_AND_GROW_KEYS, dropSmallestMagnitudes, growRandom } from 'espalier';

export default defineMethod({
  name: 'gentle-set',
  title: 'Gentle SET',
  source: 'Notebook, 29 November',
  drops: 'smallest magnitude',
  grows: 'random',
  uses: [...DROP_AND_GROW_KEYS],
  keys: {
    patience: {
      kind: 'integer',
      label: 'Patience',
      help: 'Updates before any weight moves.',
      unit: 'updates',
      least: 0,
      most: 50,
      default: 2,
    },
  },
  rewiring: {
    drop: dropSmallestMagnitudes,
    grow: growRandom,
    needsDenseGradient: false,
  },
});
`;
