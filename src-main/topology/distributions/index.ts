import type { RunConfiguration } from '../../contract/index.ts';
import type { Distribution } from './distribution.ts';
import { er } from './er.ts';
import { erk } from './erk.ts';
import { uniform } from './uniform.ts';
import { uniformFirstDense } from './uniform-first-dense.ts';

export const distributions: Record<RunConfiguration['distribution'], Distribution> = {
  erk,
  er,
  uniform,
  'uniform-first-dense': uniformFirstDense,
};
export { activeCounts, sizeOf, type WeightShape } from './distribution.ts';
