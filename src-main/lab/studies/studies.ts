import {
  InvalidConfigurationError,
  RUN_STATUSES,
  isResumable,
  requireStudy,
  sameStudy,
  studyPoints,
  type ConfigurationInput,
  type RunListItem,
  type RunStatus,
  type StudyDefinition,
  type StudyListItem,
  type StudyResults,
} from '../../contract/index.ts';
import type { Store } from '../../store/client.ts';
import { StoreError } from '../../store/errors.ts';
import type { NewRun, RunRecord, StudyRun, StudyRecord } from '../../store/records.ts';
import { readsFormat } from '../../training/checkpoint.ts';
import type { LabMethods } from '../methods/lab-methods.ts';
import { newRunIds } from '../runs/naming.ts';
import type { RunBook } from '../runs/run-book.ts';
import { summariseStudy } from './study-results.ts';

export interface Studies {
  launch(definition: StudyDefinition): Promise<StudyListItem>;
  list(): StudyListItem[];
  /** @throws StoreError `missing` */
  results(id: string): StudyResults;
  resume(id: string): Promise<StudyListItem>;
}

export interface StudiesParts {
  store: Store;
  book: RunBook;
  methods: LabMethods;
  records: StudyRecord[];
  /** Checks configurations and makes runs of them, without storing any. */
  prepare(inputs: ConfigurationInput[], study: string): Promise<NewRun[]>;
  /** Takes stored runs into the book and the queue. */
  enqueue(created: RunRecord[]): Promise<RunListItem[]>;
  /** @throws LabError where the file of a run's own method has changed, or was not allowed here */
  requireSameMethod(record: RunRecord): void;
  resumeRun(id: string): Promise<void>;
}

/** What resuming a study trains anew, unless it can go on from a checkpoint. */
const ENDED_SHORT: ReadonlySet<RunStatus> = new Set(['failed', 'cancelled']);

const noRuns = (): Record<RunStatus, number> =>
  Object.fromEntries(RUN_STATUSES.map((status) => [status, 0])) as Record<RunStatus, number>;

/** Studies over the run book: which runs belong together, and at which point of the expansion. */
export function createStudies(parts: StudiesParts): Studies {
  const { store, book, methods, records, prepare, enqueue, requireSameMethod, resumeRun } = parts;
  const studies = new Map(records.map((record) => [record.id, record]));
  /** Names being launched and studies being resumed: a second click must not queue the runs twice. */
  const launching = new Set<string>();
  const resuming = new Map<string, Promise<StudyListItem>>();

  const get = (id: string): StudyRecord => {
    const found = studies.get(id);
    if (!found) throw new StoreError('missing', `There is no study ${id}.`);
    return found;
  };

  const toItem = (study: StudyRecord): StudyListItem => {
    const { id, name, definition, createdAt } = study;
    const current = currentRuns(study);
    const present = current.filter(({ runId }) => book.get(runId).trashedAt === null);
    const trashed = current.filter(({ runId }) => book.get(runId).trashedAt !== null);
    const counts = noRuns();
    for (const { runId } of present) counts[book.get(runId).status]++;
    return {
      id,
      name,
      definition,
      createdAt,
      runIds: present.map(({ runId }) => runId),
      total: current.length,
      counts,
      trashedRunIds: trashed.map(({ runId }) => runId),
    };
  };

  const isThere = (study: StudyRecord): boolean => study.runs.some(({ runId }) => book.get(runId).trashedAt === null);

  const refuseTaken = (definition: StudyDefinition): void => {
    if (launching.has(definition.name)) {
      throw new InvalidConfigurationError([{ field: 'name', message: `a study "${definition.name}" is being queued` }]);
    }
    const other = [...studies.values()].find((study) => study.name === definition.name && isThere(study));
    if (!other) return;
    const same = sameStudy(other.definition, definition);
    const message = same
      ? `this study is there already (${other.id}): resume it, or look at its results`
      : `"${definition.name}" is the name of another study (${other.id}), whose definition differs: choose another name`;
    throw new InvalidConfigurationError([{ field: 'name', message }]);
  };

  return {
    async launch(input) {
      const definition = requireStudy(input, methods.all());
      refuseTaken(definition);
      launching.add(definition.name);
      return launch(definition).finally(() => launching.delete(definition.name));
    },

    list: () => [...studies.values()].filter(isThere).map(toItem),

    results(id) {
      const study = get(id);
      const present = currentRuns(study).filter(({ runId }) => book.get(runId).trashedAt === null);
      return summariseStudy(
        toItem(study),
        present.map(({ runId, label }) => ({
          item: book.item(runId),
          configuration: book.get(runId).configuration,
          method: methods.describe(book.get(runId)),
          label,
        })),
        methods.all(),
      );
    },

    async resume(id) {
      const going = resuming.get(id) ?? resume(get(id)).finally(() => resuming.delete(id));
      resuming.set(id, going);
      return going;
    },
  };

  async function launch(definition: StudyDefinition): Promise<StudyListItem> {
    const points = seedBySeed(
      studyPoints(definition, methods.all()).map((point, pointIndex) => ({ ...point, pointIndex })),
    );
    const runs = await prepare(
      points.map(({ configuration }) => configuration),
      definition.name,
    );
    const createdAt = Date.now();
    const study = { id: newRunIds(1, createdAt)[0], name: definition.name, definition, createdAt };
    const at = points.map(({ label, pointIndex }) => ({ pointIndex, label }));
    const record: StudyRecord = { ...study, runs: at.map((one, index) => ({ ...one, runId: runs[index].id })) };
    const created = await store.write.createStudy(study, runs, at);
    const queued = enqueue(created);
    studies.set(study.id, record);
    await queued;
    return toItem(record);
  }

  async function resume(study: StudyRecord): Promise<StudyListItem> {
    const anew: StudyRun[] = [];
    const going: string[] = [];
    await methods.refresh();
    for (const run of currentRuns(study)) {
      const record = book.get(run.runId);
      if (record.trashedAt === null && (record.status === 'queued' || (await canGoOn(record)))) {
        requireSameMethod(record);
        going.push(run.runId);
      } else if (record.trashedAt !== null || ENDED_SHORT.has(record.status)) anew.push(run);
    }
    for (const id of going) await resumeRun(id);
    if (anew.length > 0) {
      const again = seedBySeed(anew.map((run) => ({ ...run, configuration: book.get(run.runId).configuration })));
      const runs = await prepare(
        again.map(({ configuration }) => configuration),
        study.name,
      );
      const at = again.map(({ pointIndex, label }) => ({ pointIndex, label }));
      const created = await store.write.addStudyRuns(study.id, runs, at);
      study.runs.push(...at.map((one, index) => ({ ...one, runId: created[index].id })));
      await enqueue(created);
    }
    return toItem(study);
  }

  /** From a checkpoint that cannot be read, a failed run would only fail again. */
  async function canGoOn(record: RunRecord): Promise<boolean> {
    if (record.status !== 'failed' || !isResumable(record)) return isResumable(record);
    const checkpoint = await store.read.checkpoint(record.id).catch(() => null);
    return checkpoint !== null && readsFormat(checkpoint.bytes);
  }

  /** The run that stands for each point: the last one that is not in the trash, else the last. */
  function currentRuns({ runs }: StudyRecord): StudyRun[] {
    const current = new Map<number, StudyRun>();
    for (const run of runs) {
      const earlier = current.get(run.pointIndex);
      if (!earlier || book.get(run.runId).trashedAt === null) current.set(run.pointIndex, run);
    }
    return [...current.values()].sort((a, b) => a.pointIndex - b.pointIndex);
  }
}

/** All of the first seed, then all of the next: whenever a study stops, what is there can be compared. */
function seedBySeed<T extends { configuration: ConfigurationInput }>(points: readonly T[]): T[] {
  const seeds = [...new Set(points.map(({ configuration }) => configuration.seed))];
  return seeds.flatMap((seed) => points.filter(({ configuration }) => configuration.seed === seed));
}
