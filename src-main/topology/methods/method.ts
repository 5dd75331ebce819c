import type { MethodName } from '../../contract/index.ts';
import type { DropRule, GrowRule } from '../rules.ts';

/**
 * A training method: what it does at a mask update. Distribution, schedule, interval and prune rate come from the
 * run's configuration, whose defaults per method stand in the contract.
 */
export interface Method {
  name: MethodName;
  title: string;
  /** Where it is published. */
  source: string;
  /** false: every position is active for ever. */
  sparse: boolean;
  /** null: the mask never changes. */
  rewiring: { drop: DropRule; grow: GrowRule; needsDenseGradient: boolean } | null;
}
