import type {
  ConfigurationInput,
  DatasetDescription,
  RunConfiguration,
  RunPlan,
} from '../../src-main/contract/index.ts';
import { usedConfiguration } from '../../src-main/contract/index.ts';
import { checkConfiguration as check } from '../../src-main/lab/runs/check.ts';
import { runName as nameOf } from '../../src-main/lab/runs/naming.ts';
import * as accounting from '../../src-main/networks/accounting.ts';
import { explorationKnowledge as knowledgeOf } from '../../src-main/networks/exploration-plan.ts';
import * as checks from '../../src-main/networks/plan-checks.ts';
import { drawInitialMasks as drawMasks, type Sparsification } from '../../src-main/topology/initial-masks.ts';
import { builtInMethods, countsFollowWeights as follow } from '../../src-main/topology/methods/index.ts';
import * as timeline from '../../src-main/topology/timeline.ts';
import { drawInitialState as drawState } from '../../src-main/training/initial-state.ts';
import { methodOf } from './methods.ts';

/** What the house asks of a method and a configuration, of a configuration alone: its method is one that Espalier has. */

type Named = Pick<RunConfiguration, 'method'>;
type Rest<F> = F extends (method: never, configuration: never, ...rest: infer R) => unknown ? R : never;
type Layers = ReturnType<typeof accounting.initialLayers>;

export const planRun = (configuration: RunConfiguration, ...rest: Rest<typeof accounting.planRun>): RunPlan =>
  accounting.planRun(methodOf(configuration), configuration, ...rest);
export const initialLayers = (configuration: RunConfiguration, ...rest: Rest<typeof accounting.initialLayers>) =>
  accounting.initialLayers(methodOf(configuration), configuration, ...rest);
export const configurationIssues = (plan: RunPlan, configuration: RunConfiguration, start: Layers) =>
  checks.configurationIssues(plan, methodOf(configuration), configuration, start);
export const configurationWarnings = (configuration: RunConfiguration, plan: RunPlan, start: Layers) =>
  checks.configurationWarnings(methodOf(configuration), configuration, plan, start);
export const explorationKnowledge = (configuration: RunConfiguration) =>
  knowledgeOf(methodOf(configuration), configuration);

export const initialDensity = (configuration: Named & Parameters<typeof timeline.initialDensity>[1]) =>
  timeline.initialDensity(methodOf(configuration), configuration);
export const plannedUpdates = (configuration: RunConfiguration, totalSteps: number) =>
  timeline.plannedUpdates(methodOf(configuration), configuration, totalSteps);
export const sampledUpdates = (configuration: RunConfiguration, totalSteps: number, most: number) =>
  timeline.sampledUpdates(methodOf(configuration), configuration, totalSteps, most);
export const drawInitialMasks = (
  shapes: Parameters<typeof drawMasks>[0],
  configuration: Named & Sparsification,
): ReturnType<typeof drawMasks> => drawMasks(shapes, methodOf(configuration), configuration);
export const drawInitialState = (network: Parameters<typeof drawState>[0], configuration: RunConfiguration) =>
  drawState(network, methodOf(configuration), configuration);
export const countsFollowWeights = (configuration: Named & Pick<RunConfiguration, 'fidelity'>): boolean =>
  follow(methodOf(configuration), configuration);

export const checkConfiguration = (input: ConfigurationInput, datasets: DatasetDescription[]) =>
  check(input, datasets, builtInMethods);
export const runName = (configuration: RunConfiguration): string => nameOf(configuration, methodOf(configuration));
export const usedBy = (configuration: RunConfiguration): RunConfiguration =>
  usedConfiguration(configuration, methodOf(configuration));
