import { planAblation, type Ablating } from '../ablation.ts';
import type { GrowRule } from '../rules.ts';
import { growWithin } from './groups.ts';

/** Every unit grows to the fan-in at its largest gradients (SRigL, Algorithm 1). */
export const growToFanIn: GrowRule<Ablating> = async (view, dropped, _, context) => {
  const { grown } = await planAblation(view, context);
  return growWithin(view, dropped, view.mask.inputs, grown, context);
};
