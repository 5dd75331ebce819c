import type { MeasureName, MeasureResult, MeasureTable } from '../../src-main/contract/index.ts';
import type { ChartLine } from '../charts/lines.ts';
import { count, plain, rate } from '../ui/format.ts';

/** One chart of a measure: which of its columns, over which other. */
export interface MeasureChart {
  label: string;
  /** Columns drawn, with their names for the reader; `*` stands for every column left. */
  columns: Record<string, string>;
  /** Columns that are baselines, drawn dashed. */
  baselines?: readonly string[];
  formatY: (value: number) => string;
  /** Holds its value up to the next point, as a survival curve or a histogram does. */
  isStepped?: boolean;
}

export interface MeasureView {
  measure: MeasureName;
  title: string;
  group: string;
  /** The column on the x-axis, and what it counts. */
  x: { column: string; title: string };
  /** Drawn by its logarithm. */
  isLogarithmicX?: boolean;
  charts: readonly MeasureChart[];
}

const BY_UPDATE = { column: 'update', title: 'Update' } as const;

const overlapCharts: readonly MeasureChart[] = [
  {
    label: 'IoU',
    columns: { iou: 'IoU', randomIou: 'Random masks' },
    baselines: ['randomIou'],
    formatY: rate,
  },
  {
    label: 'Hamming',
    columns: { hamming: 'Hamming distance', randomHamming: 'Random masks' },
    baselines: ['randomHamming'],
    formatY: rate,
  },
];

const degreeChart = (label: string, key: string, formatY: (value: number) => string): MeasureChart => ({
  label,
  columns: { [`fanIn${key}`]: 'Fan-in', [`fanOut${key}`]: 'Fan-out' },
  formatY,
});

/** Every measure as the run page shows it, in reading order. */
export const MEASURE_VIEWS: readonly MeasureView[] = [
  {
    measure: 'exploration',
    title: 'R_s',
    group: 'Exploration',
    x: BY_UPDATE,
    charts: [{ label: 'R_s', columns: { rs: 'R_s' }, formatY: rate }],
  },
  {
    measure: 'first-activation',
    title: 'First activations',
    group: 'Exploration',
    x: BY_UPDATE,
    charts: [
      { label: 'Positions', columns: { positions: 'Active for the first time' }, formatY: count, isStepped: true },
    ],
  },
  {
    measure: 'lives',
    title: 'Lives of positions',
    group: 'Exploration',
    x: { column: 'lives', title: 'Lives' },
    charts: [{ label: 'Positions', columns: { positions: 'Positions' }, formatY: count, isStepped: true }],
  },
  {
    measure: 'turnover',
    title: 'Turnover and regrowth',
    group: 'Change',
    x: BY_UPDATE,
    charts: [
      { label: 'Turnover', columns: { gross: 'Gross', net: 'Net of regrown' }, formatY: rate },
      {
        label: 'Regrowth',
        columns: { regrowth: 'Just dropped, of the grown', revisit: 'Active before, of the grown' },
        formatY: rate,
      },
    ],
  },
  {
    measure: 'overlap-first',
    title: 'Overlap with the first mask',
    group: 'Change',
    x: BY_UPDATE,
    charts: overlapCharts,
  },
  {
    measure: 'overlap-previous',
    title: 'Overlap with the previous mask',
    group: 'Change',
    x: BY_UPDATE,
    charts: overlapCharts,
  },
  {
    measure: 'overlap-other',
    title: 'Overlap with another run',
    group: 'Change',
    x: BY_UPDATE,
    charts: overlapCharts,
  },
  {
    measure: 'survival',
    title: 'Survival of weights',
    group: 'Life',
    x: { column: 'age', title: 'Age, updates' },
    charts: [
      { label: 'Kaplan-Meier', columns: { survival: 'Share that survives' }, formatY: rate, isStepped: true },
      { label: 'At risk', columns: { atRisk: 'At risk', deaths: 'Deaths' }, formatY: count, isStepped: true },
    ],
  },
  {
    measure: 'ages',
    title: 'Ages of active weights',
    group: 'Life',
    x: { column: 'age', title: 'Age, updates' },
    charts: [{ label: 'Weights', columns: { weights: 'Active weights' }, formatY: count, isStepped: true }],
  },
  {
    measure: 'density',
    title: 'Density',
    group: 'Shape',
    x: BY_UPDATE,
    charts: [{ label: 'Density', columns: { density: 'Density' }, formatY: plain }],
  },
  {
    measure: 'degrees',
    title: 'Fan-in and fan-out',
    group: 'Shape',
    x: BY_UPDATE,
    charts: [
      degreeChart('CV', 'Cv', rate),
      degreeChart('Gini', 'Gini', rate),
      degreeChart('Dead units', 'Dead', count),
      degreeChart('Hubs', 'Hubs', count),
    ],
  },
  {
    measure: 'fan-in',
    title: 'Distribution of fan-in',
    group: 'Shape',
    x: { column: 'degree', title: 'Fan-in' },
    charts: [{ label: 'Units', columns: { units: 'Units' }, formatY: count, isStepped: true }],
  },
  {
    measure: 'fan-out',
    title: 'Distribution of fan-out',
    group: 'Shape',
    x: { column: 'degree', title: 'Fan-out' },
    charts: [{ label: 'Units', columns: { units: 'Units' }, formatY: count, isStepped: true }],
  },
  {
    measure: 'nnstd',
    title: 'Topological distance (NNSTD)',
    group: 'Shape',
    x: BY_UPDATE,
    charts: [],
  },
  {
    measure: 'drop-threshold',
    title: 'Drop threshold',
    group: 'Around an update',
    x: BY_UPDATE,
    charts: [{ label: 'Threshold', columns: { threshold: 'Largest magnitude dropped' }, formatY: plain }],
  },
  {
    measure: 'loss-jump',
    title: 'Loss jump and recovery',
    group: 'Around an update',
    x: BY_UPDATE,
    charts: [
      { label: 'Loss', columns: { before: 'Just before', after: 'Just after' }, formatY: plain },
      { label: 'Recovery', columns: { recoverySteps: 'Steps until it was back' }, formatY: count },
    ],
  },
  {
    measure: 'gradient-norm',
    title: 'Gradient norm',
    group: 'Around an update',
    x: BY_UPDATE,
    charts: [{ label: 'Norm', columns: { before: 'Before', after: 'After' }, formatY: plain }],
  },
  {
    measure: 'weights-by-age',
    title: 'Weights by magnitude and age',
    group: 'Around an update',
    x: { column: 'magnitude', title: 'Magnitude' },
    isLogarithmicX: true,
    charts: [{ label: 'Weights', columns: { '*': '' }, formatY: count, isStepped: true }],
  },
];

/** What a measure offers to look at: the sum over layers where there is one, and each layer. */
export function tablesOf({ layers, total }: MeasureResult): { id: string; label: string; table: MeasureTable }[] {
  const each = layers.map((layer) => ({ id: String(layer.layer), label: layer.name, table: layer }));
  // The sum over one layer is that layer.
  return total && layers.length !== 1 ? [{ id: 'total', label: 'All layers', table: total }, ...each] : each;
}

/** Names of the columns that a chart draws, in their order. */
export function columnsOf(table: MeasureTable, view: MeasureView, chart: MeasureChart): [key: string, label: string][] {
  if (!('*' in chart.columns)) return Object.entries(chart.columns).filter(([key]) => key in table.columns);
  return Object.keys(table.columns)
    .filter((key) => key !== view.x.column)
    .map((key) => [key, key === 'weights' ? 'All ages' : capitalised(key)]);
}

const capitalised = (text: string): string => text[0].toUpperCase() + text.slice(1);

/** The curves of a chart. @param colours as canvases take them, one for each column, used in turn */
export function linesOf(
  table: MeasureTable,
  view: MeasureView,
  chart: MeasureChart,
  colours: readonly string[],
): ChartLine[] {
  const x = (table.columns[view.x.column] ?? []).map((value) => (view.isLogarithmicX ? log2(value) : value));
  return columnsOf(table, view, chart).map(([key, label], at): ChartLine => {
    const values = table.columns[key];
    const isBaseline = chart.baselines?.includes(key) ?? false;
    const drawn = chart.isStepped ? stepped(x, values) : { x, y: values };
    return {
      id: key,
      label,
      colour: colours[at % colours.length],
      width: isBaseline ? 1.25 : 1.75,
      dash: isBaseline ? [5, 4] : [],
      marker: null,
      ...drawn,
      raw: null,
      gaps: [],
      isDownsampled: false,
    };
  });
}

/** Zero, which has no logarithm, stands where the class below the smallest octave would. */
const log2 = (value: number): number => (value > 0 ? Math.log2(value) : -17);

/** Each value held up to the next x: two points where it changes. */
export function stepped(x: readonly number[], y: readonly number[]): { x: number[]; y: number[] } {
  const held: { x: number[]; y: number[] } = { x: [], y: [] };
  for (let at = 0; at < x.length; at++) {
    if (at > 0) {
      held.x.push(x[at]);
      held.y.push(y[at - 1]);
    }
    held.x.push(x[at]);
    held.y.push(y[at]);
  }
  return held;
}

const FACT_NAMES: Record<string, string> = {
  medianAge: 'Median age, updates',
  meanAge: 'Mean age, updates',
  never: 'Never active',
  meanLives: 'Mean lives',
  mean: 'Mean',
  cv: 'CV',
  gini: 'Gini',
  dead: 'Dead units',
  hubs: 'Hubs',
  distance: 'Distance',
  meanJump: 'Mean jump',
  recoveredShare: 'Recovered before the next',
  medianRecoverySteps: 'Median recovery, steps',
  weights: 'Weights',
};

/** Single numbers of a measure, in words. */
export const factsOf = ({ facts }: MeasureTable): [label: string, value: string][] =>
  Object.entries(facts).map(([key, value]) => [FACT_NAMES[key] ?? key, Number.isNaN(value) ? '–' : plain(value)]);
