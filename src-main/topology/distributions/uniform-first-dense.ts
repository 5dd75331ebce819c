import { sizeOf, type Distribution } from './distribution.ts';

/**
 * The first layer dense, the others all at one density such that the whole network has the global one (RigL's "uniform",
 * section 3, which keeps the first layer dense). A run cannot start with less than that (`plan-checks.ts` refuses it);
 * for the estimate of what a method prunes down to later, the first layer takes all but one weight for each output of
 * the others.
 */
export const uniformFirstDense: Distribution = (shapes, density) => {
  const [first, ...others] = shapes.map(sizeOf);
  if (others.length === 0) return [density];
  const rest = others.reduce((sum, size) => sum + size, 0);
  const budget = density * (first + rest);
  const least = Math.min(
    budget,
    others.reduce((sum, _, at) => sum + shapes[at + 1][0], 0),
  );
  const ofFirst = Math.max(0, Math.min(first, budget - least));
  return [ofFirst / first, ...others.map(() => (budget - ofFirst) / rest)];
};
