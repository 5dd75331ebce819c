import {
  sparsityNow,
  visibleText,
  WITHOUT_RESULT,
  type RunDetail,
  type RunStatus,
} from '../../src-main/contract/index.ts';
import { count, duration, NOTHING, percent, points, rate, ratio, share } from '../ui/format.ts';
import type { TextTable } from '../ui/textTable.ts';
import { denseTwin, newestOfEachSeed, pairedDifference, seedGroups, spread } from './pairs.ts';

export const SUMMARY_HEAD = [
  'Run',
  'State',
  'Method',
  'Sparsity',
  'Active weights',
  'Test accuracy',
  'To dense, pp',
  'Best validation',
  'at epoch',
  'R_s',
  'Time',
  'Training FLOPs',
] as const;

/** One row per run, in words; the name of the dense twin goes along for the tooltip. */
export function summaryRows(
  runs: readonly RunDetail[],
  candidates: readonly RunDetail[],
): { id: string; status: RunStatus; cells: string[]; twin: string | null }[] {
  return runs.map((run) => {
    const { item } = run;
    return {
      id: item.id,
      status: item.status,
      twin: denseTwin(run, candidates)?.item.name ?? null,
      cells: [
        item.name,
        item.status,
        item.method,
        share(sparsityNow(item)),
        count(item.activeWeights),
        percent(item.final?.testAccuracy),
        points(pairedDifference(run, candidates)),
        percent(item.best?.validationAccuracy),
        item.best ? String(item.best.epoch) : NOTHING,
        rate(item.rs),
        duration(item.seconds),
        ratio(item.flops.trainRatio),
      ],
    };
  });
}

/** Full precision, for other programs. */
export function summaryTable(runs: readonly RunDetail[], candidates: readonly RunDetail[]): TextTable {
  const number = (value: number | null | undefined) => (value === null || value === undefined ? '' : String(value));
  return {
    head: [
      'id',
      'name',
      'status',
      'method',
      'sparsity',
      'activeWeights',
      'testAccuracy',
      'differenceToDense',
      'bestValidationAccuracy',
      'bestEpoch',
      'rs',
      'seconds',
      'trainFlopsRatio',
    ],
    rows: runs.map((run) => [
      run.item.id,
      run.item.name,
      run.item.status,
      run.item.method,
      number(sparsityNow(run.item)),
      number(run.item.activeWeights),
      number(run.item.final?.testAccuracy),
      number(pairedDifference(run, candidates)),
      number(run.item.best?.validationAccuracy),
      number(run.item.best?.epoch),
      number(run.item.rs),
      number(run.item.seconds),
      number(run.item.flops.trainRatio),
    ]),
  };
}

export interface SeedRow {
  label: string;
  n: number;
  accuracy: string;
  difference: string;
  rs: string;
  /** The runs that have ended and are in no mean, by name and why; null where there are none. */
  leftOut: string | null;
}

/** Mean and sample deviation over seeds, for every experiment that finished with more than one; the newest run of each. */
export function seedRows(runs: readonly RunDetail[], candidates: readonly RunDetail[]): SeedRow[] {
  return seedGroups(runs).flatMap((group): SeedRow[] => {
    const ended = newestOfEachSeed(group.filter((run) => run.item.status === 'finished' && run.item.final !== null));
    if (ended.length < 2) return [];
    const { method, network, dataset } = group[0].configuration;
    const reached = ended.map(({ item }) => sparsityNow(item));
    const leftOut = newestOfEachSeed(
      group.filter(
        ({ item }) =>
          WITHOUT_RESULT.has(item.status) && !ended.some(({ configuration }) => configuration.seed === item.seed),
      ),
    );
    const differences = ended.map((run) => pairedDifference(run, candidates)).filter((value) => value !== null);
    const say = (values: readonly number[], format: (value: number) => string) => {
      const found = spread(values);
      if (!found) return NOTHING;
      return found.deviation === null ? format(found.mean) : `${format(found.mean)} ± ${format(found.deviation)}`;
    };
    const mean = spread(differences);
    return [
      {
        label: `${method} ${share(spread(reached)?.mean ?? NaN)}, ${network}, ${dataset}`,
        n: ended.length,
        leftOut:
          leftOut.length === 0
            ? null
            : leftOut.map(({ item }) => `${visibleText(item.name)} (${item.status})`).join(', '),
        accuracy: say(
          ended.map((run) => run.item.final?.testAccuracy ?? NaN),
          (value) => percent(value),
        ),
        difference: mean
          ? `${points(mean.mean)}${mean.deviation === null ? '' : ` ± ${(mean.deviation * 100).toFixed(2)}`} (n = ${mean.n})`
          : NOTHING,
        rs: say(
          ended.map((run) => run.item.rs),
          rate,
        ),
      },
    ];
  });
}
