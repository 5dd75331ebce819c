import type { FieldIssue } from './validation.ts';
import type { LayerPlan, RunPlan } from './runs.ts';

/** What reaches an expected R_s under random growth, each setting changed alone; null where it cannot. */
export interface ExplorationTarget {
  rs: number;
  /** Whether the configuration reaches it as it is. */
  reached: boolean;
  /** The longest update interval, in steps. */
  updateEvery: number | null;
  /** The fewest epochs. */
  epochs: number | null;
  /** The smallest initial prune rate, in thousandths. */
  pruneRate: number | null;
}

/** What a configuration would do, before it is run. */
export interface RunForecast {
  /** The method in full, and where it is published. */
  method: { title: string; source: string };
  updates: number;
  totalSteps: number;
  /** Expected R_s for random growth, and the most that any growth rule can reach. */
  expectedRs: number;
  maxRs: number;
  /** Exploration per layer; null where the layers' counts follow from the weights (`rsBasis` says why). */
  layers: (LayerPlan & { expectedRs: number | null; maxRs: number | null })[];
  /** How the exploration was found, or why it is not known layer by layer. */
  rsBasis: string;
  /** Against a dense run of the same length; theoretical. */
  flops: RunPlan['flops'];
  /** Training on this machine; null where no finished run tells how fast it is. */
  seconds: number | null;
  /** What `seconds` rests on, or why it is null. */
  secondsBasis: string;
  warnings: FieldIssue[];
  target?: ExplorationTarget;
}
