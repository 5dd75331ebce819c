import { planAblation, type Ablating } from '../ablation.ts';
import type { CountsRule } from '../rules.ts';

/** Every layer keeps its count; what ablated units lose, the others gain (SRigL, Algorithm 1). */
export const countAblation: CountsRule<Ablating> = async (views, context) => {
  const counts: { drop: number; grow: number }[] = [];
  for (const view of views) {
    const { dropped } = await planAblation(view, context);
    counts.push({ drop: dropped.length, grow: dropped.length });
  }
  return counts;
};
