import { METRICS } from '../../src-main/contract/index.ts';
import { count, percent, plain, rate } from '../ui/format.ts';

export interface MetricLook {
  label: string;
  format: (value: number) => string;
  /** Whether more is better; null where neither is. */
  better: 'more' | 'less' | null;
}

const known: Record<string, MetricLook> = {
  [METRICS.trainLoss]: { label: 'Training loss', format: plain, better: 'less' },
  [METRICS.trainAccuracy]: { label: 'Training accuracy', format: percent, better: 'more' },
  [METRICS.validationLoss]: { label: 'Validation loss', format: plain, better: 'less' },
  [METRICS.validationAccuracy]: { label: 'Validation accuracy', format: percent, better: 'more' },
  [METRICS.learningRate]: { label: 'Learning rate', format: plain, better: null },
  [METRICS.rs]: { label: 'R_s (explored share)', format: rate, better: null },
  [METRICS.churn]: { label: 'Churn', format: (value) => percent(value, 1), better: null },
  [METRICS.pruneRate]: { label: 'Prune rate', format: rate, better: null },
  [METRICS.density]: { label: 'Density', format: (value) => percent(value, 2), better: null },
  [METRICS.stepMilliseconds]: { label: 'Milliseconds per step', format: plain, better: 'less' },
  [METRICS.starvation]: { label: 'Seconds waited for batches, per epoch', format: plain, better: 'less' },
  [METRICS.elapsedSeconds]: { label: 'Seconds in training', format: plain, better: null },
  [METRICS.epoch]: { label: 'Epoch', format: plain, better: null },
  [METRICS.trainingFlops]: { label: 'Training FLOPs', format: count, better: null },
};

const PREFERRED: readonly string[] = [
  METRICS.validationAccuracy,
  METRICS.validationLoss,
  METRICS.trainLoss,
  METRICS.trainAccuracy,
  METRICS.rs,
  METRICS.churn,
  METRICS.learningRate,
];

/** How a metric reads: its known name and number format, or its own name. `rs/layer1` follows `rs`. */
export function lookOfMetric(metric: string): MetricLook {
  if (known[metric]) return known[metric];
  const cut = metric.lastIndexOf('/');
  const base = cut > 0 ? known[metric.slice(0, cut)] : undefined;
  if (base) return { ...base, label: `${base.label}, ${metric.slice(cut + 1)}` };
  return { label: metric, format: plain, better: null };
}

/** The order in which a picker offers metrics: the ones people come for, then the rest by name. */
export function orderMetrics(metrics: Iterable<string>): string[] {
  const rank = (metric: string) => {
    const index = PREFERRED.indexOf(metric);
    return index < 0 ? PREFERRED.length : index;
  };
  return [...new Set(metrics)].sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
}
