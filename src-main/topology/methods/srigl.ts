import { countAblation } from '../counts/ablation.ts';
import { dropAblated } from '../drop/ablation.ts';
import { averageLastBatches } from '../grow/averaged.ts';
import { growToFanIn } from '../grow/ablation.ts';
import { constantFanIn } from '../structures/fan-in.ts';
import type { Method } from './method.ts';

/** RigL with one fan-in for all units of a layer, but for those that it ablates. */
export const srigl: Method = {
  name: 'srigl',
  title: 'SRigL',
  source: 'Lasby et al., ICLR 2024, Algorithm 1, and the authors’ code',
  sparse: true,
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
};
