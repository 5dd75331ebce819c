import type { RunConfiguration } from '../../contract/index.ts';
import type { Distribution } from './distribution.ts';
import { er } from './er.ts';
import { erk } from './erk.ts';
import { uniform } from './uniform.ts';

export const distributions: Record<RunConfiguration['distribution'], Distribution> = { erk, er, uniform };
export { activeCounts, sizeOf, type WeightShape } from './distribution.ts';
