import {
  InvalidConfigurationError,
  requireMethod,
  type ConfigurationInput,
  type DatasetDescription,
  type MethodCatalogue,
  type RunConfiguration,
  type RunForecast,
  type RunPlan,
} from '../../contract/index.ts';
import { initialLayers, MOST_PLANNED } from '../../networks/accounting.ts';
import { countExploration, explorationKnowledge } from '../../networks/exploration-plan.ts';
import { explorationOf, reachExpectedRs } from '../../networks/planner.ts';
import type { ExplorationKnowledge, Method } from '../../topology/methods/index.ts';
import { sampledUpdates } from '../../topology/timeline.ts';
import type { RunRecord } from '../../store/records.ts';
import { checkConfiguration } from './check.ts';

/** What a forecast goes by. */
interface ForecastBasis {
  datasets: DatasetDescription[];
  methods: MethodCatalogue<Method>;
  /** Runs that tell how fast this machine is. */
  records: readonly RunRecord[];
  threadsOf(threads: number): number;
}

/**
 * What a configuration would do, and what would reach a wanted R_s.
 * @throws InvalidConfigurationError where it cannot be run
 */
export function forecastRun(
  input: ConfigurationInput,
  targetRs: number | null,
  { datasets, methods, records, threadsOf }: ForecastBasis,
): RunForecast {
  const { configuration, plan, issues, warnings } = checkConfiguration(input, datasets, methods);
  if (!configuration || !plan) throw new InvalidConfigurationError(issues);
  const method = requireMethod(methods, configuration.method);
  const knowledge = explorationKnowledge(method, configuration);
  if (targetRs !== null && knowledge.kind === 'undetermined') {
    const message = `cannot be answered for ${configuration.method} before it is trained: ${knowledge.why}`;
    throw new InvalidConfigurationError([{ field: '--target-rs', message }]);
  }
  const start = startOf(method, configuration, datasets);
  const exploration = exploreLayers(method, configuration, plan, start, knowledge);
  const problem = { method, configuration, layers: start, stepsPerEpoch: plan.stepsPerEpoch };
  const { title, source } = method;
  return {
    method: { title, source },
    updates: plan.updates,
    totalSteps: plan.totalSteps,
    expectedRs: plan.expectedRs,
    maxRs: plan.maxRs,
    layers: plan.layers.map((layer, index) => ({
      ...layer,
      ...(exploration?.[index] ?? { expectedRs: null, maxRs: null }),
    })),
    rsBasis: BASES[knowledge.kind](knowledge),
    flops: plan.flops,
    ...estimateSeconds(configuration, plan, records, threadsOf(configuration.threads)),
    warnings,
    ...(targetRs === null ? {} : { target: reachExpectedRs(problem, targetRs) }),
  };
}

type Start = ReturnType<typeof initialLayers>;

function startOf(method: Method, configuration: RunConfiguration, datasets: DatasetDescription[]): Start {
  const dataset = datasets.find(({ id }) => id === configuration.dataset);
  if (!dataset) throw new Error(`A configuration that was checked names no dataset: ${configuration.dataset}.`);
  return initialLayers(method, configuration, { shape: dataset.shape, classes: dataset.classes.length });
}

/** Layer by layer; null where the configuration alone does not tell. */
function exploreLayers(
  method: Method,
  configuration: RunConfiguration,
  { totalSteps }: RunPlan,
  start: Start,
  { kind }: ExplorationKnowledge,
) {
  if (kind === 'undetermined') return null;
  const updates = sampledUpdates(method, configuration, totalSteps, MOST_PLANNED);
  if (kind === 'counted') return countExploration(method, start, updates).layers;
  return explorationOf(
    start,
    updates.map(({ rate }) => rate),
    updates.map(({ times = 1 }) => times),
  ).layers;
}

const BASES: Record<ExplorationKnowledge['kind'], (knowledge: ExplorationKnowledge) => string> = {
  closed: () => 'closed form for random growth',
  counted: (knowledge) => `counted update by update: ${'how' in knowledge ? knowledge.how : ''}`,
  undetermined: (knowledge) => `layers are not known before training: ${'why' in knowledge ? knowledge.why : ''}`,
};

/** As many finished runs as an estimate rests on, the most alike. */
const BASIS = 5;

/**
 * From the floating-point operations a second that finished runs of the same engine and threads reached on their active
 * weights: the median of the few most alike in work a step and density, since small or sparse steps reach less.
 */
function estimateSeconds(
  configuration: RunConfiguration,
  plan: RunPlan,
  records: readonly RunRecord[],
  threads: number,
): Pick<RunForecast, 'seconds' | 'secondsBasis'> {
  const engine = configuration.engine === 'auto' ? lastChosen(records) : configuration.engine;
  const perStep = (run: Pick<RunRecord, 'configuration' | 'plan'>): number =>
    run.plan.trainFlopsPerSample * run.configuration.batchSize;
  const density = ({ activeWeights, prunableWeights }: RunPlan): number => activeWeights / prunableWeights;
  const wanted = { configuration, plan };
  const apart = (a: number, b: number): number => Math.abs(Math.log(a / b));
  const distance = (run: RunRecord): number =>
    apart(perStep(run), perStep(wanted)) + apart(density(run.plan), density(plan));
  const alike = records
    .filter((run) => run.status === 'finished' && run.engine === engine && run.threads === threads)
    .filter((run) => run.steps > 0 && run.seconds > 0 && perStep(run) > 0)
    .sort((a, b) => distance(a) - distance(b) || b.createdAt - a.createdAt)
    .slice(0, BASIS);
  const setting = `engine ${engine} and ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
  if (alike.length === 0)
    return { seconds: null, secondsBasis: `no finished run with ${setting} tells how fast it is` };
  const speeds = alike.map((run) => (perStep(run) * run.steps) / run.seconds).sort((a, b) => a - b);
  const seconds = (perStep(wanted) * plan.totalSteps) / speeds[Math.floor((speeds.length - 1) / 2)];
  const runs = `${alike.length} finished ${alike.length === 1 ? 'run' : 'runs'}`;
  return { seconds, secondsBasis: `the speed of the ${runs} most alike with ${setting}` };
}

/** What `auto` took last; the CPU engine where it never had to. */
const lastChosen = (records: readonly RunRecord[]): string =>
  records.findLast(({ configuration, engine }) => configuration.engine === 'auto' && engine !== 'auto')?.engine ??
  'cpu';
