import {
  STUDY_MEASURES,
  type LabApi,
  type RunStatus,
  type SampleEstimate,
  type StudyGroup,
  type StudyListItem,
  type StudyResults,
} from '../../../src-main/contract/index.ts';
import type { FakeRun } from './fake-run.ts';

const STUDY_ID = 'study0001';

/** One study over the sample's runs of three seeds, its last group still unfinished. */
export function fakeStudyMethods(
  allRuns: () => FakeRun[],
): Pick<
  LabApi,
  'launchStudy' | 'listStudies' | 'getStudyResults' | 'resumeStudy' | 'exportStudy' | 'exportStudyChart'
> {
  const members = (): FakeRun[] => allRuns().filter(({ item }) => item.study === 'Three seeds');
  const item = (): StudyListItem => {
    const counts: Record<RunStatus, number> = {
      queued: 0,
      running: 0,
      paused: 0,
      finished: 0,
      diverged: 0,
      cancelled: 0,
      failed: 0,
      interrupted: 1,
    };
    for (const run of members()) counts[run.item.status]++;
    return {
      id: STUDY_ID,
      name: 'Methods at 95%, three seeds',
      definition: {
        name: 'Methods at 95%, three seeds',
        base: { epochs: 12, updateEvery: 40 },
        grid: { method: ['dense', 'static', 'set', 'rigl'], sparsity: [0.95] },
        variants: [],
        seeds: [2, 3],
      },
      createdAt: Date.now() - 7_200_000,
      runIds: members().map((run) => run.item.id),
      total: members().length + 1,
      counts,
      trashedRunIds: [],
    };
  };
  const results = (): StudyResults => {
    const methods = [...new Set(members().map(({ item }) => item.method))];
    const groups = methods.map((method, index): StudyGroup => {
      const runs = members().filter((run) => run.item.method === method);
      const finished = runs.filter(({ item }) => item.status === 'finished');
      const estimate = (mean: number, deviation: number): SampleEstimate => ({ n: finished.length, mean, deviation });
      const values = [
        0.9712 - index * 0.004,
        0.9688 - index * 0.004,
        0.967 - index * 0.004,
        1 - index * 0.2,
        0,
        31.4,
        1,
      ];
      return {
        key: method,
        title: method,
        label: method,
        method: runs[0].configuration.method,
        methodTitle: runs[0].item.methodTitle,
        isSparse: runs[0].item.isSparse,
        sparsity: runs[0].item.sparsity,
        reachedSparsity: runs[0].item.sparsity,
        warnings: [],
        varied: {},
        seeds: runs.map((run) => run.item.seed),
        runIds: runs.map((run) => run.item.id),
        finished: finished.length,
        waiting: 0,
        leftOut:
          index === 3
            ? runs
                .filter(({ item }) => item.status !== 'finished')
                .map(({ item }) => ({ runId: item.id, name: item.name, status: item.status }))
            : [],
        measures: Object.fromEntries(
          STUDY_MEASURES.map((measure, at) => [measure, estimate(values[at], values[at] * 0.002)]),
        ) as StudyGroup['measures'],
        points: finished.map((run, at) => ({
          runId: run.item.id,
          seed: run.item.seed,
          rs: values[3] - at * 0.01,
          testAccuracy: values[0] + (at - 0.5) * 0.0019,
        })),
        difference:
          index === 0
            ? null
            : {
                n: index === 3 ? 3 : 2,
                mean: index * -0.004,
                deviation: 0.0012,
                halfWidth: index === 3 ? 0.003 : null,
                denseKey: 'dense',
                statement: index === 3 ? 'n = 3: the 95% interval leaves out zero' : 'n = 2: no interval worth stating',
              },
      };
    });
    return {
      study: item(),
      variedKeys: [],
      variedFields: {},
      groups,
      notes: ['Mean ± sample standard deviation over n seeds.', '1 of 9 runs have not finished and are in no mean.'],
    };
  };
  return {
    launchStudy: async () => item(),
    listStudies: async () => (members().length > 0 ? [item()] : []),
    getStudyResults: async () => results(),
    resumeStudy: async () => item(),
    exportStudy: async (_, format) => `${format}\n`,
    exportStudyChart: async (_, chart, format) => `${chart}.${format}\n`,
  };
}
