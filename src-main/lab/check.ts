import {
  resolveConfiguration,
  type ConfigurationInput,
  type ConfigurationReport,
  type DatasetDescription,
  type FieldIssue,
  type RunConfiguration,
} from '../contract/index.ts';
import { configurationIssues, configurationWarnings, initialLayers, planRun } from '../networks/accounting.ts';

/** Whether a configuration can be run with these datasets, and what it would amount to. */
export function checkConfiguration(input: ConfigurationInput, datasets: DatasetDescription[]): ConfigurationReport {
  const check = resolveConfiguration(input);
  if (!check.ok) return refused(check.issues);
  const { configuration } = check;

  const dataset = findDataset(configuration.dataset, datasets);
  if ('message' in dataset) return refused([dataset]);
  return planFor(configuration, dataset);
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
    return { field: 'dataset', message: `there is no dataset "${id}"; the datasets are ${ids}` };
  }
  if (found.state !== 'missing') return found;
  return { field: 'dataset', message: `${found.title} is not on this machine. ${found.hint ?? ''}`.trim() };
}

function planFor(configuration: RunConfiguration, dataset: DatasetDescription): ConfigurationReport {
  const { shape, classes, trainCount } = dataset;
  try {
    const size = { shape, classes: classes.length, trainCount };
    const plan = planRun(configuration, size);
    const issues = configurationIssues(plan);
    if (issues.length > 0) return refused(issues);
    const warnings = configurationWarnings(configuration, plan, initialLayers(configuration, size));
    return { issues: [], warnings, plan, configuration };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return refused([{ field: 'network', message: error.message }]);
  }
}
