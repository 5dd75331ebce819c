/** Names of the measures of a mask's life; docs/measures.md lists each with formula and source. */
export const MEASURE_NAMES = [
  'turnover',
  'exploration',
  'density',
  'overlap-first',
  'overlap-previous',
  'overlap-other',
  'survival',
  'ages',
  'first-activation',
  'lives',
  'degrees',
  'fan-in',
  'fan-out',
  'nnstd',
  'weights-by-age',
  'drop-threshold',
  'loss-jump',
  'gradient-norm',
] as const;
export type MeasureName = (typeof MEASURE_NAMES)[number];

/** Those that rest on what the trainer noted at each update, not on the masks. */
export const RECORDED_MEASURES = ['weights-by-age', 'drop-threshold', 'loss-jump', 'gradient-norm'] as const;
export type RecordedMeasure = (typeof RECORDED_MEASURES)[number];
export const isRecordedMeasure = (name: MeasureName): name is RecordedMeasure =>
  (RECORDED_MEASURES as readonly MeasureName[]).includes(name);

/** What only some measures take, and which do. */
export const MEASURE_OPTIONS = {
  other: ['overlap-other', 'nnstd'],
  update: ['ages', 'fan-in', 'fan-out', 'weights-by-age'],
  tau: ['exploration'],
} as const satisfies Partial<Record<keyof MeasureOptions, readonly MeasureName[]>>;
export type MeasureOption = keyof typeof MEASURE_OPTIONS;

/** Those that this measure takes. */
export const optionsOfMeasure = (name: MeasureName): MeasureOption[] =>
  (Object.keys(MEASURE_OPTIONS) as MeasureOption[]).filter((option) =>
    (MEASURE_OPTIONS[option] as readonly MeasureName[]).includes(name),
  );

export interface MeasureOptions {
  /** One layer instead of all. */
  layer?: number;
  /** The run to compare with; `overlap-other` needs one. */
  other?: string;
  /** Update that is looked at; the last unless given. */
  update?: number;
  /** Counts what lived for at least this many update intervals; 0 counts everything ever active. */
  tau?: number;
}

/** Columns of one length, and single numbers. NaN where a ratio has no denominator. */
export interface MeasureTable {
  columns: Record<string, number[]>;
  facts: Record<string, number>;
}

export interface MeasureResult {
  runId: string;
  measure: MeasureName;
  title: string;
  /** Where the measure is defined: a paper, or a section of docs/reference. */
  source: string;
  layers: (MeasureTable & { layer: number; name: string })[];
  /** Over the layers measured; null where adding layers up means nothing. */
  total: MeasureTable | null;
}
