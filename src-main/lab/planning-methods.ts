import type { LabApi } from '../contract/index.ts';
import type { DatasetCatalogue } from '../datasets/catalogue.ts';
import type { EngineChooser } from './engines/engine-chooser.ts';
import { checkConfiguration } from './runs/check.ts';
import { forecastRun } from './runs/forecast.ts';
import type { RunBook } from './runs/run-book.ts';
import type { RunLaunch } from './runs/run-launch.ts';

/** The methods of the lab that look at a configuration before anything is trained. */
export type PlanningMethods = Pick<
  LabApi,
  'checkConfiguration' | 'forecastRun' | 'listCalibrations' | 'calibrateEngines'
>;

interface PlanningMethodParts {
  book: RunBook;
  catalogue: DatasetCatalogue;
  chooser: EngineChooser;
  runs: RunLaunch;
  /** Threads of a run whose configuration asks for so many; 0 asks for a share of the cores. */
  threadsOf(threads: number): number;
  /** @throws StoreError `read-only` where the data folder was opened for reading */
  requireWrite(): void;
  /** Ends measurements that are under way. */
  closing: AbortSignal;
}

export function createPlanningMethods(parts: PlanningMethodParts): PlanningMethods {
  const { book, catalogue, chooser, runs, threadsOf, requireWrite, closing } = parts;
  return {
    checkConfiguration: async (input) => checkConfiguration(input, await catalogue.list()),
    forecastRun: async (input, targetRs) => forecastRun(input, targetRs, await catalogue.list(), book.all(), threadsOf),
    listCalibrations: () => Promise.resolve([...chooser.all()]),
    async calibrateEngines(input) {
      requireWrite();
      const [{ configuration }] = await runs.requireRunnable([input]);
      const { shape, classes } = await catalogue.describe(configuration.dataset);
      const threads = threadsOf(configuration.threads);
      return chooser.measure({ configuration, threads, shape, classes: classes.length }, closing);
    },
  };
}
