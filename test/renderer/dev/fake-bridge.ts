import { fakeCalibrations, fakeChoice, fakeEngines } from './fake-engines.ts';
import {
  METRICS,
  defaultSettings,
  requireMethod,
  resolveConfiguration,
  type EspalierBridge,
  type LabApi,
  type LabEventName,
  type LabEvents,
  type LabSettings,
  type SeriesPoint,
  type SeriesQuery,
} from '../../../src-main/contract/index.ts';
import { studyPresets } from '../../../src-main/lab/studies/presets/index.ts';
import { exportFake, maskViewOf } from './fake-masks.ts';
import { measureFake } from './fake-measures.ts';
import { planOf } from './fake-plan.ts';
import { ALL_METRICS, finish, makeRun, moveTo, stepsOf, updatesAt, valueAt, type FakeRun } from './fake-run.ts';
import { fakeStudyMethods } from './fake-study-results.ts';
import { fakeDatasetMethods } from './fake-datasets.ts';
import { fakeCatalogue, fakeMethodMethods, fakeRunMethod } from './fake-methods.ts';
import { manyRuns, sampleRuns } from './fake-studies.ts';

interface FakeOptions {
  runs: number | null;
  theme: LabSettings['theme'];
  /** A method that always fails, to see how that looks. */
  failing: string | null;
}

/** A lab that trains nothing: generated runs, a clock that moves the running ones on, every call through a copy. */
export function createFakeBridge(options: FakeOptions): EspalierBridge {
  const now = Date.now();
  const made = options.runs === null ? sampleRuns(now) : manyRuns(options.runs, now);
  const runs = new Map<string, FakeRun>(made.map((run) => [run.item.id, run]));
  const trash = new Map<string, FakeRun>();
  let settings: LabSettings = { ...defaultSettings, theme: options.theme };
  const listeners = new Map<LabEventName, Set<(payload: never) => void>>();

  function emit<E extends LabEventName>(event: E, payload: LabEvents[E]): void {
    for (const listener of listeners.get(event) ?? []) listener(structuredClone(payload) as never);
  }
  function find(id: string): FakeRun {
    const run = runs.get(id) ?? trash.get(id);
    if (!run) throw new Error(`There is no run ${id}.`);
    return run;
  }
  function set(run: FakeRun, change: Partial<FakeRun['item']>): void {
    run.item = { ...run.item, ...change };
    emit('runs-changed', [run.item]);
  }

  function read(query: SeriesQuery) {
    return query.runIds.map((runId) => {
      const run = find(runId);
      const all = stepsOf(run, query.metric, run.item.steps).filter(
        (step) => valueAt(run, query.metric, step) !== null,
      );
      const [from, to] = [query.fromStep ?? 0, query.toStep ?? Infinity];
      const steps = all.filter((step) => step >= from && step <= to);
      const inner = steps.length > 600 ? steps.filter((_, index) => index % 2 === 0) : steps;
      const around = query.neighbours
        ? [all.filter((step) => step < from).slice(-1), all.filter((step) => step > to)]
        : [];
      const thinned = [...(around[0] ?? []), ...inner, ...(around[1]?.slice(0, 1) ?? [])];
      return {
        runId,
        metric: query.metric,
        steps: Float64Array.from(thinned),
        values: Float64Array.from(thinned, (step) => valueAt(run, query.metric, step) ?? NaN),
        totalPoints: steps.length,
        lastStep: all.at(-1) ?? null,
        downsampled: inner.length < steps.length,
      };
    });
  }

  const lab: LabApi = {
    listRuns: async () => [...runs.values()].map((run) => run.item),
    listTrash: async () => [...trash.values()].map((run) => run.item),
    getRun: async (id) => {
      const { item, configuration, plan } = find(id);
      return {
        item,
        configuration,
        plan,
        checkpointEpoch: 5,
        engineTitle: 'CPU, relaxed SIMD, 2 threads (Espalier 0.1.0)',
        engineChoice: fakeChoice,
        ownMethod: fakeRunMethod(configuration.method),
      };
    },
    launchRuns: async (configurations, study) => {
      const launched = configurations.map((input) => makeRun(input, 'queued', 0, Date.now(), study));
      for (const run of launched) runs.set(run.item.id, run);
      return launched.map((run) => run.item);
    },
    launchPreset: (id) =>
      lab.launchRuns(
        (['dense', 'static', 'set', 'rigl'] as const).map((method) => ({ method, epochs: 12, updateEvery: 40 })),
        id === 'demo' ? 'Demo study' : id,
      ),
    ...fakeStudyMethods(() => [...runs.values()]),
    pauseRun: async (id) => set(find(id), { status: 'paused' }),
    resumeRun: async (id) => set(find(id), { status: 'running' }),
    cancelRun: async (id) => set(find(id), { status: 'cancelled', queuePosition: null }),
    cancelRuns: async (ids) => ids.forEach((id) => set(find(id), { status: 'cancelled', queuePosition: null })),
    renameRun: async (id, name) => set(find(id), { name }),
    trashRuns: async (ids) => {
      for (const id of ids) {
        const run = find(id);
        run.item = { ...run.item, trashedAt: Date.now() };
        trash.set(id, run);
        runs.delete(id);
      }
      emit('runs-removed', ids);
    },
    restoreRuns: async (ids) => {
      for (const id of ids) {
        const run = trash.get(id);
        if (!run) continue;
        run.item = { ...run.item, trashedAt: null };
        trash.delete(id);
        runs.set(id, run);
      }
      emit(
        'runs-changed',
        ids.map((id) => find(id).item),
      );
    },
    listMetrics: async (id) => {
      const run = find(id);
      const layered = run.plan.layers.flatMap(({ name }) => [`${METRICS.rs}/${name}`, `${METRICS.churn}/${name}`]);
      return [...ALL_METRICS, ...layered].map((metric) => ({
        metric,
        count: 1,
        last: 0,
        lastStep: 0,
        least: 0,
        leastStep: 0,
        most: 0,
        mostStep: 0,
      }));
    },
    readSeries: async (query) => read(query),
    readLog: async (id) => find(id).log,
    maskTimeline: async (id) => {
      const run = find(id);
      const number = updatesAt(run, run.item.steps) + 1;
      return {
        runId: id,
        layers: run.plan.layers.map(({ name, outputs, inputs }) => ({ name, outputs, inputs })),
        steps: Array.from({ length: number }, (_, update) => update * run.configuration.updateEvery),
        regrownLiveOn: run.configuration.growthInitialisation === 'kept',
      };
    },
    maskView: async (id, layer, update) => maskViewOf(find(id), layer, update),
    measureRun: async (runId, measure, options) => measureFake(find(runId), measure, options),
    checkConfiguration: async (input) => {
      const check = resolveConfiguration(input, fakeCatalogue);
      if (!check.ok) return { issues: check.issues, warnings: [], plan: null, configuration: null };
      const plan = planOf(check.configuration);
      const isNarrow = plan.updates > 0 && plan.maxRs < 0.5;
      const warnings = isNarrow
        ? [
            {
              field: 'updateEvery',
              message: `With ${plan.updates} updates no growth rule can explore more than ${(plan.maxRs * 100).toFixed(0)} % of the weights; update more often or train longer.`,
            },
          ]
        : [];
      return { issues: [], warnings, plan, configuration: check.configuration };
    },
    forecastRun: async (input) => {
      const check = resolveConfiguration(input, fakeCatalogue);
      if (!check.ok) throw new Error(check.issues.map((issue) => issue.message).join('\n'));
      const { updates, totalSteps, expectedRs, maxRs, flops, layers } = planOf(check.configuration);
      const { title, source } = requireMethod(fakeCatalogue, check.configuration.method);
      return {
        method: { title, source },
        ...{ updates, totalSteps, expectedRs, maxRs, flops, warnings: [], seconds: null },
        rsBasis: 'closed form for random growth (itop.md 1.6)',
        secondsBasis: 'a lab that trains nothing is endlessly slow',
        layers: layers.map((layer) => ({ ...layer, expectedRs, maxRs })),
      };
    },
    ...fakeMethodMethods(emit),
    listPresets: async () => [],
    listStudyPresets: async () => [...studyPresets],
    ...fakeDatasetMethods(emit),
    exportMasks: (id, format) => exportFake(find(id), format, (progress) => emit('export-progress', progress)),
    cancelExport: async () => emit('export-progress', null),
    exportRuns: async (ids, format) => (format === 'json' ? JSON.stringify(ids) : `id\n${ids.join('\n')}\n`),
    listCalibrations: async () => fakeCalibrations,
    calibrateEngines: async () => {
      await new Promise((resolve) => setTimeout(resolve, 2000));
      return { ...fakeCalibrations[0], measuredAt: Date.now() };
    },
    diagnostics: async () => ({
      version: '0.1.0',
      versions: { electron: '45.4.1', chrome: '148.0', node: '24.21.0' },
      platform: 'linux x64',
      cores: 2,
      memoryGiB: 23.4,
      simd: 'relaxed',
      engines: fakeEngines,
      dataFolder: '/home/ada/.local/share/espalier',
      databaseBytes: 4_812_800,
      logFile: '/home/ada/.local/share/espalier/logs/espalier.log',
    }),
    getSettings: async () => settings,
    changeSettings: async (change) => (settings = { ...settings, ...change }),
  };

  setInterval(() => {
    const batches: { runId: string; points: SeriesPoint[] }[] = [];
    for (const run of runs.values()) {
      if (run.item.status !== 'running') continue;
      const before = run.item.steps;
      const after = Math.min(run.plan.totalSteps, before + 15);
      moveTo(run, after);
      if (after >= run.plan.totalSteps) finish(run);
      emit('runs-changed', [run.item]);
      const metrics = [...ALL_METRICS, ...run.plan.layers.map(({ name }) => `${METRICS.rs}/${name}`)];
      const points = metrics.flatMap((metric) =>
        stepsOf(run, metric, after)
          .filter((step) => step > before)
          .flatMap((step) => {
            const value = valueAt(run, metric, step);
            return value === null ? [] : [{ metric, step, value }];
          }),
      );
      batches.push({ runId: run.item.id, points });
      for (let update = updatesAt(run, before) + 1; update <= updatesAt(run, after); update++) {
        emit('mask-updated', { runId: run.item.id, update, step: update * run.configuration.updateEvery });
      }
    }
    emit('points-appended', batches);
  }, 300);

  // Arguments and answers cross as copies, as they do over a process boundary: a proxy fails here as it would there.
  const copied = Object.fromEntries(
    Object.entries(lab).map(([name, method]) => [
      name,
      async (...given: unknown[]) => {
        if (options.failing === name)
          throw new Error('The store’s file is damaged: /home/ada/.local/share/espalier/espalier.db.');
        const call = method as (...values: unknown[]) => Promise<unknown>;
        return structuredClone(await call(...(structuredClone(given) as unknown[])));
      },
    ]),
  ) as unknown as LabApi;

  return {
    lab: copied,
    on: (event, listener) => {
      const all = listeners.get(event) ?? new Set();
      listeners.set(event, all);
      all.add(listener as (payload: never) => void);
      return () => void all.delete(listener as (payload: never) => void);
    },
  };
}
