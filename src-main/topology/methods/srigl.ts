import { countAblation } from '../counts/ablation.ts';
import { dropAblated } from '../drop/ablation.ts';
import { averageLastBatches } from '../grow/averaged.ts';
import { growToFanIn } from '../grow/ablation.ts';
import { constantFanIn } from '../structures/fan-in.ts';
import { defineMethod, DROP_AND_GROW_KEYS } from './method.ts';

/** RigL with one fan-in for all units of a layer, but for those that it ablates. */
export const srigl = defineMethod({
  name: 'srigl',
  title: 'SRigL',
  source: 'Lasby et al., ICLR 2024, Algorithm 1, and the authors’ code',
  drops: 'smallest magnitude, units',
  grows: 'largest gradient by unit',
  uses: [...DROP_AND_GROW_KEYS, 'gradientBatches'],
  defaults: { stopFraction: 0.75 },
  keys: {
    salientShare: {
      kind: 'number',
      label: 'Salient share',
      help: 'γ of SRigL: a unit with fewer salient weights than this share of its fan-in is ablated; 0 ablates none.',
      least: 0,
      most: 1,
      default: 0.3,
    },
  },
  exploration: {
    kind: 'undetermined',
    why: 'SRigL ablates units by their salient weights, so the number replaced follows from the training',
  },
  structure: constantFanIn,
  rewiring: {
    drop: dropAblated,
    grow: growToFanIn,
    counts: countAblation,
    keepsCounts: true,
    // An ablated unit loses all it has, whatever the prune rate.
    replaces: { most: 1 },
    needsDenseGradient: true,
    remembers: averageLastBatches,
  },
});
