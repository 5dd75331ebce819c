import { rigl } from './rigl.ts';
import type { Method } from './method.ts';

/** RigL's operators with a long interval, a large prune rate and no stop. */
export const riglItop: Method = {
  ...rigl,
  name: 'rigl-itop',
  title: 'RigL-ITOP',
  source: 'Liu et al., ICML 2021, section 3 and the reference code',
};
