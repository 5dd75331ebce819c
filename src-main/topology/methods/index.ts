import type { MethodName } from '../../contract/index.ts';
import { dense } from './dense.ts';
import type { Method } from './method.ts';
import { riglItop } from './rigl-itop.ts';
import { rigl } from './rigl.ts';
import { setItop } from './set-itop.ts';
import { set } from './set.ts';
import { staticSparse } from './static.ts';

export const methods: Record<MethodName, Method> = {
  dense,
  static: staticSparse,
  set,
  rigl,
  'set-itop': setItop,
  'rigl-itop': riglItop,
};
export type { Method } from './method.ts';
