import {
  sparsityNow,
  visibleText,
  WITHOUT_RESULT,
  type MethodCatalogue,
  type RunConfiguration,
  type RunDetail,
} from '../../src-main/contract/index.ts';
import { count, duration, NOTHING, percent, points, rate, ratio, share } from '../ui/format.ts';
import type { Column } from '../ui/columns.ts';
import { statusWords } from '../ui/status-words.ts';
import type { TextTable } from '../ui/text-table.ts';
import { compareConfigurations } from './differences.ts';
import { denseTwin, newestOfEachSeed, pairedDifference, seedGroups, spread } from './pairs.ts';

/** A run with what it is compared with. */
export interface SummaryRow {
  run: RunDetail;
  /** Test accuracy less that of its dense twin; null where it has none. */
  difference: number | null;
  twin: RunDetail | null;
}

export const summaryRows = (runs: readonly RunDetail[], candidates: readonly RunDetail[]): SummaryRow[] =>
  runs.map((run) => ({
    run,
    difference: pairedDifference(run, candidates),
    twin: denseTwin(run, candidates),
  }));

type Item = RunDetail['item'];
const numeric = (
  title: string,
  value: (item: Item) => number | null | undefined,
  words: (value: number | null | undefined) => string,
): Column<SummaryRow> => ({
  title,
  cell: ({ run }) => words(value(run.item)),
  sort: ({ run }) => value(run.item),
  isNumber: true,
});

/** Compared runs, one a row. */
export const SUMMARY_COLUMNS: readonly Column<SummaryRow>[] = [
  { title: 'Run', cell: ({ run }) => run.item.name, sort: ({ run }) => run.item.name },
  { title: 'State', cell: ({ run }) => statusWords[run.item.status], sort: ({ run }) => run.item.status },
  { title: 'Method', cell: ({ run }) => run.item.method, sort: ({ run }) => run.item.method },
  numeric('Sparsity', sparsityNow, share),
  numeric('Active weights', (item) => item.activeWeights, count),
  numeric('Test accuracy', (item) => item.final?.testAccuracy, percent),
  {
    title: 'To dense, pp',
    cell: ({ difference }) => points(difference),
    sort: ({ difference }) => difference,
    isNumber: true,
    note: ({ twin }) => (twin ? `Paired with ${twin.item.name}: same seed, data and schedule` : undefined),
  },
  numeric('Best validation', (item) => item.best?.validationAccuracy, percent),
  numeric(
    'at epoch',
    (item) => item.best?.epoch,
    (epoch) => (epoch === null || epoch === undefined ? NOTHING : String(epoch)),
  ),
  numeric('R_s', (item) => item.rs, rate),
  numeric('Time', (item) => item.seconds, duration),
  numeric('Train FLOPs', (item) => item.flops.trainRatio, ratio),
];

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
  /** Of its first run: labels are words. */
  id: string;
  label: string;
  n: number;
  accuracy: string;
  difference: string;
  rs: string;
  /** The runs that have ended and are in no mean, by name and why; null where there are none. */
  leftOut: string | null;
}

/** Mean and sample deviation over seeds, for every experiment that finished with more than one; the newest run of each. */
export function seedRows(
  runs: readonly RunDetail[],
  candidates: readonly RunDetail[],
  methods: MethodCatalogue,
): SeedRow[] {
  const rows = seedGroups(runs, methods).flatMap((group): LabelledGroup[] => {
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
        configuration: group[0].configuration,
        id: group[0].item.id,
        label: `${method} ${share(spread(reached)?.mean ?? NaN)}, ${network}, ${dataset}`,
        n: ended.length,
        leftOut:
          leftOut.length === 0
            ? null
            : leftOut
                .map(({ item }) => `${visibleText(item.name)} (${statusWords[item.status].toLowerCase()})`)
                .join(', '),
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
  return rows.map(({ configuration, ...row }) => {
    const alike = rows.filter(({ label }) => label === row.label).map((other) => other.configuration);
    return { ...row, label: [row.label, ...whatDiffers(configuration, alike, methods)].join(', ') };
  });
}

type LabelledGroup = SeedRow & { configuration: RunConfiguration };

/** `updateEvery 30`, for each key in which one configuration differs from others. */
function whatDiffers(
  configuration: RunConfiguration,
  others: readonly RunConfiguration[],
  methods: MethodCatalogue,
): string[] {
  const own = compareConfigurations([configuration], methods);
  return compareConfigurations(others, methods)
    .filter(({ key, isSame }) => !isSame && key !== 'name' && key !== 'seed')
    .map(({ key }) => `${key} ${own.find((row) => row.key === key)?.values[0]}`);
}
