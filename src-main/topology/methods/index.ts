import {
  catalogueOf,
  type MethodCatalogue,
  type MethodDescription,
  type RunConfiguration,
} from '../../contract/index.ts';
import { acDc } from './ac-dc.ts';
import { cht } from './cht.ts';
import { chts } from './chts.ts';
import { chtss } from './chtss.ts';
import { deepr } from './deepr.ts';
import { dense } from './dense.ts';
import { dsr } from './dsr.ts';
import { gmp } from './gmp.ts';
import { grasp } from './grasp.ts';
import { granet } from './granet.ts';
import { mest } from './mest.ts';
import { randomUnfired } from './random-unfired.ts';
import { rigl } from './rigl.ts';
import { riglBlocks } from './rigl-blocks.ts';
import { riglItop } from './rigl-itop.ts';
import { riglNm } from './rigl-nm.ts';
import { set } from './set.ts';
import { setItop } from './set-itop.ts';
import { snfs } from './snfs.ts';
import { snip } from './snip.ts';
import { srigl } from './srigl.ts';
import { staticSparse } from './static.ts';
import { synflow } from './synflow.ts';
import { topKast } from './top-kast.ts';
import type { Method } from './method.ts';

const all: readonly Method[] = [
  dense,
  staticSparse,
  snip,
  grasp,
  synflow,
  set,
  rigl,
  setItop,
  riglItop,
  randomUnfired,
  snfs,
  dsr,
  deepr,
  mest,
  gmp,
  granet,
  acDc,
  topKast,
  cht,
  chts,
  chtss,
  srigl,
  riglNm,
  riglBlocks,
];

/** The methods that Espalier brings along, by name, in the order in which lists show them. */
export const builtInMethods: MethodCatalogue<Method> = catalogueOf(all);
export { plansLayersTogether, type ExplorationKnowledge, type Method, type Rewiring } from './method.ts';

/** Whether the weights, and no plan, say how many of them a layer has while such a run trains. */
export const countsFollowWeights = (
  { keepsLayerCounts }: Pick<MethodDescription, 'keepsLayerCounts'>,
  { fidelity }: Pick<RunConfiguration, 'fidelity'>,
): boolean => fidelity === 'reference' || !keepsLayerCounts;
