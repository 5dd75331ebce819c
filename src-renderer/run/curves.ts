import { METRICS } from '../../src-main/contract/index.ts';
import type { Curve } from '../charts/chart-lines.ts';

export type RunCurveSet = 'loss' | 'accuracy' | 'learningRate' | 'rs' | 'churn' | 'pruneRate';

interface Part {
  metric: string;
  label: string;
  kind: 'main' | 'beside';
}

const PARTS: Record<RunCurveSet, readonly Part[]> = {
  loss: [
    { metric: METRICS.trainLoss, label: 'Training', kind: 'beside' },
    { metric: METRICS.validationLoss, label: 'Validation', kind: 'main' },
  ],
  accuracy: [
    { metric: METRICS.trainAccuracy, label: 'Training', kind: 'beside' },
    { metric: METRICS.validationAccuracy, label: 'Validation', kind: 'main' },
  ],
  learningRate: [{ metric: METRICS.learningRate, label: 'Learning rate', kind: 'main' }],
  rs: [{ metric: METRICS.rs, label: 'All layers', kind: 'main' }],
  pruneRate: [{ metric: METRICS.pruneRate, label: 'Prune rate', kind: 'main' }],
  churn: [{ metric: METRICS.churn, label: 'All layers', kind: 'main' }],
};

/**
 * The curves of one chart of a run, in the run's colour; training stands beside validation in grey.
 * @param layers names of the layers to draw as well, each in a colour of its own
 */
export function curvesOf(set: RunCurveSet, runId: string, colour: number, layers: readonly string[]): Curve[] {
  const own = `--run-${colour % 8}`;
  const main = PARTS[set].map((part): Curve => ({
    runId,
    metric: part.metric,
    label: part.label,
    token: part.kind === 'main' ? own : '--ink-faint',
    dash: [],
    marker: null,
    width: part.kind === 'main' ? 2 : 1.25,
  }));
  const perLayer = layers.map((layer, index): Curve => ({
    runId,
    metric: `${PARTS[set][0].metric}/${layer}`,
    label: layer,
    token: `--run-${(colour + 1 + (index % 7)) % 8}`,
    dash: index >= 7 ? [5, 3] : [],
    marker: null,
    width: 1.25,
  }));
  return [...main, ...perLayer];
}
