import { countsOf, csvCell, type StudyGroup, type StudyResults } from '../../../contract/index.ts';
import { formatPercent } from '../../runs/naming.ts';
import { drawScatter, type ScatterChart, type ScatterSeries } from './scatter.ts';

/** The ITOP picture: how much each run explored against how right it is (ITOP, section 4). */

/**
 * One colour per variant (sparsity aside), one shape per sparsity; dense networks, which have no R_s of their own, are
 * a line. @throws RangeError where no run has finished with both values
 */
export function rsAccuracyChart(results: StudyResults): ScatterChart {
  const plotted = results.groups.filter(({ points }) => points.length > 0);
  const sparse = plotted.filter(({ isSparse }) => isSparse);
  if (sparse.length === 0) {
    throw new RangeError(
      `No sparse run of ${results.study.name} has finished with an R_s and a test accuracy, so there is nothing to draw.`,
    );
  }
  const variants = distinct(sparse.map((group) => variantOf(group, results)));
  const sparsities = distinct(sparse.map(({ sparsity }) => sparsity)).sort((a, b) => a - b);
  // With one variant at several sparsities, colours tell those apart.
  const bySparsity = variants.length === 1;
  return {
    title: results.study.name,
    subtitle: `Each small mark is a run; large marks and bars: mean ± standard deviation over seeds.${leftOutWords(results)}`,
    x: { title: 'R_s, share of prunable weights ever active', scale: 1 },
    y: { title: 'Test accuracy after the last epoch, %', scale: 100 },
    series: sparse.map((group): ScatterSeries => {
      const variant = variants.indexOf(variantOf(group, results));
      const sparsity = sparsities.indexOf(group.sparsity);
      const { rs, testAccuracy } = meansOf(group);
      return {
        label: legendOf(group, results, sparsities.length > 1),
        colour: bySparsity ? sparsity : variant,
        shape: sparsity + Math.floor(variant / 8) * sparsities.length,
        points: group.points.map((point) => ({ x: point.rs, y: point.testAccuracy })),
        mean: {
          x: rs.mean,
          y: testAccuracy.mean,
          xDeviation: rs.deviation,
          yDeviation: testAccuracy.deviation,
        },
      };
    }),
    references: plotted
      .filter(({ isSparse }) => !isSparse)
      .map((group) => {
        const { testAccuracy } = meansOf(group);
        return {
          label: legendOf(group, results, false),
          y: testAccuracy.mean,
          deviation: testAccuracy.deviation,
        };
      }),
  };
}

/** Runs that the chart cannot show are named by what became of them; the file of numbers has each. */
function leftOutWords({ groups }: StudyResults): string {
  const counts = countsOf(groups.flatMap(({ leftOut }) => leftOut));
  return counts.length === 0 ? '' : ` Left out: ${counts.join(', ')}.`;
}

/**
 * A line per finished run, in full precision, with the mean and deviation of its group, then one without values for each
 * that is left out (RFC 4180).
 */
function rsAccuracyCsv({ groups, variedKeys }: StudyResults): string {
  const head = [
    ...['label', 'method', 'sparsity', ...variedKeys, 'seed', 'runId', 'status', 'rs', 'testAccuracy'],
    ...['rsMean', 'rsDeviation', 'testAccuracyMean', 'testAccuracyDeviation', 'n'],
  ];
  const rows = groups.flatMap((group) =>
    group.points.map(({ seed, runId, rs, testAccuracy }) => {
      const means = meansOf(group);
      return [
        ...[group.title, group.method, group.sparsity, ...variedKeys.map((key) => group.varied[key])],
        ...[seed, runId, 'finished', rs, testAccuracy, means.rs.mean, means.rs.deviation],
        ...[means.testAccuracy.mean, means.testAccuracy.deviation, group.points.length],
      ];
    }),
  );
  const leftOut = groups.flatMap((group) =>
    group.leftOut.map(({ runId, status }) => [
      ...[group.title, group.method, group.sparsity, ...variedKeys.map((key) => group.varied[key])],
      ...[group.seeds[group.runIds.indexOf(runId)] ?? null, runId, status, null, null, null, null, null, null, null],
    ]),
  );
  return [head, ...rows, ...leftOut].map((cells) => cells.map(csvCell).join(',') + '\r\n').join('');
}

/** R_s against test accuracy of a study's groups, both as fractions, as a drawing or a table. */
export function formatRsAccuracy(results: StudyResults, format: 'svg' | 'csv'): string {
  const chart = rsAccuracyChart(results);
  return format === 'svg' ? drawScatter(chart) : rsAccuracyCsv(results);
}

function meansOf({ measures: { rs, testAccuracy }, label }: StudyGroup) {
  if (!rs || !testAccuracy) throw new Error(`The group ${label} has points but no means.`);
  return { rs, testAccuracy };
}

const distinct = <T>(values: readonly T[]): T[] => [...new Set(values)];

const variantOf = ({ title, varied }: StudyGroup, { variedKeys }: StudyResults): string =>
  JSON.stringify([title, ...variedKeys.map((key) => varied[key])]);

/** `SET · 95% · Update interval 30 steps`: what tells the group from the others, in words. */
function legendOf(
  group: StudyGroup,
  { variedKeys, variedFields, groups }: StudyResults,
  tellsSparsity: boolean,
): string {
  const isAmbiguous = groups.some((other) => other.title === group.title && other.key !== group.key);
  const values = variedKeys
    .filter((key) => isAmbiguous && group.varied[key] !== null)
    .filter((key) => groups.some((one) => one.title === group.title && one.varied[key] !== group.varied[key]))
    .map((key) => {
      const { label, unit } = variedFields[key];
      return `${label} ${String(group.varied[key])}${unit ? ` ${unit}` : ''}`;
    });
  return [group.title, ...(tellsSparsity ? [formatPercent(group.sparsity)] : []), ...values].join(' · ');
}
