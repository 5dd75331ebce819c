import type { Distribution } from './distribution.ts';

/** The global density in every layer, first and last included. */
export const uniform: Distribution = (shapes, density) => shapes.map(() => density);
