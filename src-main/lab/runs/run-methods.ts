import type { LabApi } from '../../contract/index.ts';
import type { Store } from '../../store/client.ts';
import { toCsv, toJson } from './export.ts';
import { runName } from './naming.ts';
import { requirePreset, presets } from './presets.ts';
import { isOver, type RunBook } from './run-book.ts';
import type { RunController } from './run-controller.ts';
import type { RunLaunch } from './run-launch.ts';
import type { LabMethods } from '../methods/lab-methods.ts';
import { methodToGoOnBy, runMethod } from '../methods/run-method.ts';
import { LabError } from '../lab-error.ts';

/** The methods of the lab that are about runs: launched, ended, put away, read. */
export type RunMethods = Pick<
  LabApi,
  | 'listRuns'
  | 'listTrash'
  | 'getRun'
  | 'launchRuns'
  | 'listPresets'
  | 'launchPreset'
  | 'pauseRun'
  | 'resumeRun'
  | 'cancelRun'
  | 'cancelRuns'
  | 'renameRun'
  | 'trashRuns'
  | 'restoreRuns'
  | 'exportRuns'
  | 'listMetrics'
  | 'readSeries'
  | 'readLog'
  | 'maskTimeline'
  | 'maskView'
  | 'measureRun'
>;

interface RunMethodParts {
  store: Store;
  book: RunBook;
  methods: LabMethods;
  controller: RunController;
  runs: RunLaunch;
  /** @throws StoreError `read-only` where the data folder was opened for reading */
  requireWrite(): void;
}

/** What a person does with runs. Each method that changes something throws StoreError `read-only` where it may not. */
export function createRunMethods({ store, book, methods, controller, runs, requireWrite }: RunMethodParts): RunMethods {
  /** By its configuration alone. */
  const nameOf = (id: string): string => {
    const { configuration } = book.get(id);
    return runName({ ...configuration, name: '' }, methods.describe(book.get(id)));
  };
  /** Of a run that is to go on. @throws LabError where its method has changed, unless that is accepted */
  const takeMethod = async (id: string, isChangeAccepted: boolean): Promise<void> => {
    const record = book.get(id);
    if (!record.ownMethod) return;
    await methods.refresh();
    const now = methodToGoOnBy(record, methods, isChangeAccepted);
    if (now) await book.changeMethod(id, now);
  };

  const trash = async (runIds: string[], trashedAt: number | null): Promise<void> => {
    requireWrite();
    const records = runIds.map(book.latest);
    const going = records.find((record) => !isOver(record));
    if (going && trashedAt !== null) {
      throw new LabError(`Run ${going.name} (${going.id}) is ${going.status}: cancel it before you delete it.`);
    }
    await book.change(runIds, { trashedAt });
  };

  const launchRuns: RunMethods['launchRuns'] = async (inputs, study) => {
    requireWrite();
    return runs.launch(inputs, study);
  };

  return {
    listRuns: async () =>
      book
        .all()
        .filter((record) => record.trashedAt === null)
        .map(({ id }) => book.item(id)),
    listTrash: async () =>
      book
        .all()
        .filter((record) => record.trashedAt !== null)
        .sort((a, b) => (b.trashedAt ?? 0) - (a.trashedAt ?? 0))
        .map(({ id }) => book.item(id)),
    async getRun(id) {
      const record = book.get(id);
      if (record.ownMethod) await methods.refresh();
      const { configuration, plan, checkpointEpoch, engineTitle, engineChoice } = record;
      const ownMethod = runMethod(record, methods);
      return { item: book.item(id), configuration, plan, checkpointEpoch, engineTitle, engineChoice, ownMethod };
    },

    launchRuns,
    listPresets: async () =>
      presets.map(({ id, title, description, configurations }) => ({ id, title, description, configurations })),
    async launchPreset(id) {
      const { configurations, study } = requirePreset(id);
      return launchRuns(configurations, study);
    },

    async pauseRun(id) {
      requireWrite();
      await controller.pause(id);
    },
    async resumeRun(id, options = {}) {
      requireWrite();
      const { name, trashedAt } = book.latest(id);
      // It would train where nobody sees it.
      if (trashedAt !== null)
        throw new LabError(`Run ${name} (${id}) is in the trash: restore it before you resume it.`);
      await takeMethod(id, options.acceptsChangedMethod === true);
      await controller.resume(id);
    },
    async cancelRun(id) {
      requireWrite();
      await controller.cancel([id]);
    },
    async cancelRuns(ids) {
      requireWrite();
      await controller.cancel(ids);
    },
    async renameRun(id, name) {
      requireWrite();
      await book.change([id], { name: name.trim() || nameOf(id) });
    },
    trashRuns: (ids) => trash(ids, Date.now()),
    restoreRuns: (ids) => trash(ids, null),
    async exportRuns(ids, format) {
      const chosen = ids.map((id) => ({ item: book.item(id), configuration: book.get(id).configuration }));
      return format === 'csv' ? toCsv(chosen) : toJson(chosen);
    },

    listMetrics: (id) => store.read.metrics(id),
    readSeries: (query) => store.read.series(query),
    readLog: (id) => store.read.log(id),
    maskTimeline: (id) => store.read.maskTimeline(id),
    maskView: (id, layer, update) => store.read.maskView(id, layer, update),
    measureRun: (id, measure, options) => store.read.measure(id, measure, options),
  };
}
