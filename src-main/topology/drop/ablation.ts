import { planAblation, type Ablating } from '../ablation.ts';
import type { DropRule } from '../rules.ts';

/** The smallest magnitudes, all of ablated units, and what is beyond the new fan-in (SRigL, Algorithm 1). */
export const dropAblated: DropRule<Ablating> = async (view, _, context) => (await planAblation(view, context)).dropped;
