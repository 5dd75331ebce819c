import {
  requireMethod,
  resolveConfiguration,
  shortened,
  type ConfigurationInput,
  type ConfigurationReport,
  type DatasetDescription,
  type FieldIssue,
  type MethodCatalogue,
  type RunConfiguration,
} from '../../contract/index.ts';
import { initialLayers, planRun, splitCounts } from '../../networks/accounting.ts';
import { MOST_UPDATES } from '../../networks/planner.ts';
import { configurationIssues, configurationWarnings } from '../../networks/plan-checks.ts';
import type { Method } from '../../topology/methods/index.ts';
import { updateCount } from '../../topology/schedules.ts';

/** Whether a configuration can be run with these datasets, and what it would amount to. */
export function checkConfiguration(
  input: ConfigurationInput,
  datasets: DatasetDescription[],
  methods: MethodCatalogue<Method>,
): ConfigurationReport {
  const check = resolveConfiguration(input, methods);
  if (!check.ok) return refused(check.issues);
  const { configuration } = check;

  const dataset = findDataset(configuration.dataset, datasets);
  if ('message' in dataset) return refused([dataset]);
  return planFor(requireMethod(methods, configuration.method), configuration, dataset);
}

const refused = (issues: FieldIssue[]): ConfigurationReport => ({
  issues,
  warnings: [],
  plan: null,
  configuration: null,
});

function findDataset(id: string, known: DatasetDescription[]): DatasetDescription | FieldIssue {
  const found = known.find((dataset) => dataset.id === id);
  if (!found) {
    const ids = known.map((dataset) => dataset.id).join(', ');
    return { field: 'dataset', message: `there is no dataset "${shortened(id)}"; the datasets are ${ids}` };
  }
  if (found.state !== 'missing') return found;
  return { field: 'dataset', message: `${found.title} is not on this machine. ${found.hint ?? ''}`.trim() };
}

/** Worked out before anything is planned. */
function excessOfUpdates({ rewiring }: Method, configuration: RunConfiguration, trainCount: number): FieldIssue | null {
  const { epochs, batchSize, updateEvery, stopFraction, validationFraction, fidelity } = configuration;
  // Some methods have phases of their own instead of an interval.
  if (!rewiring || rewiring.steps) return null;
  const { training } = splitCounts(trainCount, validationFraction);
  const steps = Math.ceil(training / batchSize) * epochs;
  const updates = updateCount(updateEvery, stopFraction, steps, fidelity === 'reference');
  if (updates <= MOST_UPDATES) return null;
  const [planned, most] = [updates, MOST_UPDATES].map((count) => count.toLocaleString('en-GB'));
  const message = `would update the masks ${planned} times, more than ${most}: update less often, or train for fewer epochs`;
  return { field: 'updateEvery', message };
}

function planFor(method: Method, configuration: RunConfiguration, dataset: DatasetDescription): ConfigurationReport {
  const { shape, classes, trainCount } = dataset;
  try {
    const size = { shape, classes: classes.length, trainCount };
    const excess = excessOfUpdates(method, configuration, trainCount);
    if (excess) return refused([excess]);
    const plan = planRun(method, configuration, size);
    const start = initialLayers(method, configuration, size);
    const issues = configurationIssues(plan, method, configuration, start);
    if (issues.length > 0) return refused(issues);
    const warnings = configurationWarnings(method, configuration, plan, start);
    return { issues: [], warnings, plan, configuration };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return refused([{ field: 'network', message: error.message }]);
  }
}
