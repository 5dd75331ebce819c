import { METRICS } from '../../src-main/contract/index.ts';
import type { Curve } from '../charts/chart-lines.ts';
import { percent, plain, rate } from '../ui/format.ts';

interface Part {
  metric: string;
  label: string;
  kind: 'main' | 'beside';
}

/** A chart of the run page. */
export interface RunChart {
  title: string;
  parts: readonly Part[];
  format: (value: number) => string;
  /** Only of runs whose masks change. */
  isDynamic?: boolean;
  /** Each layer has a series of its own, named `metric/layer`. */
  hasLayers?: boolean;
  isSmoothed?: boolean;
  canBeLogarithmic?: boolean;
}

const share = (value: number) => percent(value, 1);
const main = (metric: string, label: string): readonly Part[] => [{ metric, label, kind: 'main' }];

/** In reading order. A metric gets its chart here. */
export const RUN_CHARTS: readonly RunChart[] = [
  {
    title: 'Loss',
    parts: [
      { metric: METRICS.trainLoss, label: 'Training', kind: 'beside' },
      { metric: METRICS.validationLoss, label: 'Validation', kind: 'main' },
    ],
    format: plain,
    isSmoothed: true,
    canBeLogarithmic: true,
  },
  {
    title: 'Accuracy',
    parts: [
      { metric: METRICS.trainAccuracy, label: 'Training', kind: 'beside' },
      { metric: METRICS.validationAccuracy, label: 'Validation', kind: 'main' },
    ],
    format: (value) => percent(value),
    isSmoothed: true,
  },
  {
    title: 'R_s, share of weights ever active',
    parts: main(METRICS.rs, 'All layers'),
    format: rate,
    isDynamic: true,
    hasLayers: true,
  },
  {
    title: 'Churn',
    parts: main(METRICS.churn, 'All layers'),
    format: share,
    isDynamic: true,
    hasLayers: true,
    isSmoothed: true,
  },
  { title: 'Learning rate', parts: main(METRICS.learningRate, 'Learning rate'), format: plain },
  { title: 'Prune rate', parts: main(METRICS.pruneRate, 'Prune rate'), format: share, isDynamic: true },
];

/**
 * The curves of one chart of a run, in the run's colour; training stands beside validation in grey.
 * @param layers names of the layers to draw as well, each in a colour of its own
 */
export function curvesOf(
  { parts, hasLayers }: RunChart,
  runId: string,
  colour: number,
  layers: readonly string[],
): Curve[] {
  const own = `--run-${colour % 8}`;
  const whole = parts.map((part): Curve => ({
    runId,
    metric: part.metric,
    label: part.label,
    token: part.kind === 'main' ? own : '--ink-faint',
    dash: [],
    marker: null,
    width: part.kind === 'main' ? 2 : 1.25,
  }));
  const perLayer = (hasLayers ? layers : []).map((layer, index): Curve => ({
    runId,
    metric: `${parts[0].metric}/${layer}`,
    label: layer,
    token: `--run-${(colour + 1 + (index % 7)) % 8}`,
    dash: index >= 7 ? [5, 3] : [],
    marker: null,
    width: 1.25,
  }));
  return [...whole, ...perLayer];
}
