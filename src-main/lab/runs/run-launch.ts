import {
  InvalidConfigurationError,
  type ConfigurationInput,
  type FieldIssue,
  type RunConfiguration,
  type RunListItem,
  type RunPlan,
} from '../../contract/index.ts';
import type { DatasetCatalogue } from '../../datasets/catalogue.ts';
import type { Store } from '../../store/client.ts';
import type { NewRun, RunRecord } from '../../store/records.ts';
import type { LabMethods } from '../methods/lab-methods.ts';
import { initialRs } from './initial-rs.ts';
import { checkConfiguration } from './check.ts';
import { newRunIds, runName } from './naming.ts';
import type { RunBook } from './run-book.ts';
import type { RunController } from './run-controller.ts';

/** A configuration that can be trained, with the layers and densities planned for it. */
export interface RunnableConfiguration {
  configuration: RunConfiguration;
  plan: RunPlan;
  warnings: FieldIssue[];
}

/** From configurations to runs that are stored and wait in the queue. */
export interface RunLaunch {
  /** @throws InvalidConfigurationError with the issues of all configurations */
  requireRunnable(inputs: ConfigurationInput[]): Promise<RunnableConfiguration[]>;
  /**
   * Checks configurations and makes runs of them, without storing any.
   *
   * @throws InvalidConfigurationError
   */
  prepare(inputs: ConfigurationInput[], study: string | null): Promise<NewRun[]>;
  /** Takes stored runs into the book and the queue; those that start at once are running then. */
  enqueue(created: RunRecord[]): Promise<RunListItem[]>;
  /**
   * Prepares, stores and queues runs.
   *
   * @throws InvalidConfigurationError, StoreError
   */
  launch(inputs: ConfigurationInput[], study: string | null): Promise<RunListItem[]>;
}

interface RunLaunchParts {
  store: Store;
  book: RunBook;
  catalogue: DatasetCatalogue;
  controller: RunController;
  methods: LabMethods;
  /** Threads of a run whose configuration asks for so many; 0 asks for a share of the cores. */
  threadsOf(threads: number): number;
}

/** From configurations to runs in the queue; see `RunLaunch`. */
export function createRunLaunch({ store, book, catalogue, controller, methods, threadsOf }: RunLaunchParts): RunLaunch {
  const launch: RunLaunch = {
    async requireRunnable(inputs) {
      const datasets = await catalogue.list();
      await methods.refresh();
      const reports = inputs.map((input) => checkConfiguration(input, datasets, methods.all()));
      const issues = reports.flatMap((report, index) => numbered(report.issues, index, inputs.length));
      if (issues.length > 0) throw new InvalidConfigurationError(issues);
      return reports.map(({ configuration, plan, warnings }) => {
        if (!configuration || !plan) throw new Error('A configuration without an issue has no plan.');
        return { configuration, plan, warnings };
      });
    },

    async prepare(inputs, study) {
      const checked = await launch.requireRunnable(inputs);
      const createdAt = Date.now();
      const ids = newRunIds(checked.length, createdAt);
      return checked.map(({ configuration, plan, warnings }, index): NewRun => {
        const { engine, threads } = configuration;
        return {
          id: ids[index],
          name: runName(configuration, methods.get(configuration.method)),
          study,
          configuration,
          ownMethod: methods.ownMethod(configuration.method),
          plan,
          engine,
          threads: threadsOf(threads),
          createdAt,
          rs: initialRs(methods.get(configuration.method), configuration, plan),
          warnings: warnings.map(({ field, message }) => ({ code: 'configuration', text: `${field}: ${message}` })),
        };
      });
    },

    async enqueue(created) {
      const ids = created.map(({ id }) => id);
      book.add(created);
      for (const id of ids) controller.queue.add(id);
      book.announce(ids);
      controller.queue.pump();
      await controller.started(ids);
      return ids.map(book.item);
    },

    async launch(inputs, study) {
      return launch.enqueue(await store.write.createRuns(await launch.prepare(inputs, study)));
    },
  };
  return launch;
}

/** Where several configurations came, an issue names the one it is of: `runs.2.epochs`. */
function numbered(issues: FieldIssue[], index: number, count: number): FieldIssue[] {
  if (count === 1) return issues;
  return issues.map(({ field, message }) => ({ field: `runs.${index}${field ? `.${field}` : ''}`, message }));
}
