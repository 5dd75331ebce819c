import type { LabApi } from '../contract/index.ts';
import type { DatasetCatalogue } from '../datasets/catalogue.ts';
import type { EngineChooser } from './engines/engine-chooser.ts';
import { describeMethod } from './methods/describe-method.ts';
import type { LabMethods } from './methods/lab-methods.ts';
import { checkConfiguration } from './runs/check.ts';
import { forecastRun } from './runs/forecast.ts';
import type { RunBook } from './runs/run-book.ts';
import type { RunLaunch } from './runs/run-launch.ts';

/** The methods of the lab that look at a configuration before anything is trained. */
export type PlanningMethods = Pick<
  LabApi,
  'checkConfiguration' | 'forecastRun' | 'listMethods' | 'listCalibrations' | 'calibrateEngines'
>;

interface PlanningMethodParts {
  book: RunBook;
  catalogue: DatasetCatalogue;
  chooser: EngineChooser;
  methods: LabMethods;
  runs: RunLaunch;
  /** Threads of a run whose configuration asks for so many; 0 asks for a share of the cores. */
  threadsOf(threads: number): number;
  /** @throws StoreError `read-only` where the data folder was opened for reading */
  requireWrite(): void;
  /** Ends measurements that are under way. */
  closing: AbortSignal;
}

/** The lab's methods that answer before anything is trained. */
export function createPlanningMethods(parts: PlanningMethodParts): PlanningMethods {
  const { book, catalogue, chooser, methods, runs, threadsOf, requireWrite, closing } = parts;
  return {
    async checkConfiguration(input) {
      await methods.refresh();
      return checkConfiguration(input, await catalogue.list(), methods.all());
    },
    forecastRun: async (input, targetRs) =>
      forecastRun(input, targetRs, {
        datasets: await catalogue.list(),
        methods: methods.all(),
        records: book.all(),
        threadsOf,
      }),
    async listMethods() {
      await methods.refresh();
      return [...methods.all().values()].map(describeMethod);
    },
    listCalibrations: () => Promise.resolve([...chooser.all()]),
    async calibrateEngines(input) {
      requireWrite();
      const [{ configuration }] = await runs.requireRunnable([input]);
      const { shape, classes } = await catalogue.describe(configuration.dataset);
      const threads = threadsOf(configuration.threads);
      const methodSource = methods.ownMethod(configuration.method)?.source;
      return chooser.measure({ configuration, methodSource, threads, shape, classes: classes.length }, closing);
    },
  };
}
