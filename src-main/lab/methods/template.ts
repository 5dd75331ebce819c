/** A method's file to begin with, which trains as it is. @param name as a configuration will name it */
export const methodTemplate = (name: string, isTypeScript: boolean): string =>
  `${isTypeScript ? TYPED : PLAIN}
import {
  absentPositionsAfter,
  createStream,
  defineMethod,
  DROP_AND_GROW_KEYS,
  sampleDistinct,
  selectSmallestMagnitudes,
} from 'espalier';

export default defineMethod({
  name: '${name}',
  title: '${titleOf(name)}',
  // Where it is published, or whose it is.
  source: 'not published yet',
  drops: 'smallest noisy magnitude',
  grows: 'random',

  // The keys of every configuration that mean something to it; all others are left out of its form and its plans.
  uses: DROP_AND_GROW_KEYS,

  // Keys of its own: a form and the command line ask for them, a study may vary them. Kinds are number, integer (least
  // and most), choice (choices) and switch.
  keys: {
    dropNoise: {
      kind: 'number',
      label: 'Drop noise',
      help: 'By what share of itself noise may shrink or enlarge a magnitude before the smallest are dropped.',
      least: 0,
      most: 1,
      default: 0.2,
    },
  },

  rewiring: {
    // Chooses \`count\` of the layer's active weights: their ranks (0 is the first active weight), ascending, as a
    // Uint32Array. \`view\` has positions and weights; gradients(), momenta() and others cost only whoever asks.
    drop(view, count, context) {
      const { dropNoise } = context.configuration;
      // Every draw has a purpose, and follows from seed, layer and update: the same run again makes the same draws.
      // Math.random would not, and \`methods check\` finds it.
      const noise = createStream(context.seed, '${name} drop noise', view.layer, context.update);
      const noisy = view.weights.map((weight, rank) => weight * (1 + dropNoise * (2 * noise.uniform(rank) - 1)));
      return selectSmallestMagnitudes(noisy, count, (rank) => rank);
    },

    // Chooses \`count\` positions that are inactive once \`dropped\` are out, ascending, as a Float64Array. A position is
    // output * inputs + input.
    grow(view, dropped, count, context) {
      const { outputs, inputs } = view.mask;
      const inactive = outputs * inputs - view.positions.length + dropped.ranks.length;
      const draw = createStream(context.seed, '${name} growth', view.layer, context.update);
      return absentPositionsAfter(view.positions, dropped.ranks, sampleDistinct(draw, count, inactive));
    },

    // true where a rule asks for gradients of inactive positions (largestInactiveGradients, gradientsByRows): an update
    // then costs a dense gradient, which FLOPs count.
    needsDenseGradient: false,
  },
});
`;

const PLAIN =
  '// A method of training for Espalier. This file is a program: it runs wherever it is put among the methods.';
const TYPED = `${PLAIN}
// Its types are in espalier.d.ts beside it.`;

/** `my-method` as `My method`. */
const titleOf = (name: string): string => `${name[0].toUpperCase()}${name.slice(1).replaceAll('-', ' ')}`;
