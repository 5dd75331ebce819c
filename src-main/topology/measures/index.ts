import type { MeasureName, MeasureOptions, MeasureResult, RecordedMeasure } from '../../contract/index.ts';
import { maskFromPositions } from '../mask.ts';
import { ages } from './ages.ts';
import { degrees, fanIn, fanOut } from './degrees.ts';
import { density } from './density.ts';
import { exploration } from './exploration.ts';
import { firstActivation } from './first-activation.ts';
import type { LayerHistory } from './history.ts';
import { lives } from './lives.ts';
import { UnmeasurableError, addCounts, type Measure } from './measure.ts';
import { topologicalDistances } from './nnstd.ts';
import { overlapFirst, overlapOther, overlapPrevious } from './overlap.ts';
import { survival } from './survival.ts';
import { turnover } from './turnover.ts';

/** The measures of one layer's history. `nnstd` is of whole networks and stands apart. */
export const measures: Record<Exclude<MeasureName, 'nnstd' | RecordedMeasure>, Measure> = {
  turnover,
  exploration,
  density,
  'overlap-first': overlapFirst,
  'overlap-previous': overlapPrevious,
  'overlap-other': overlapOther,
  survival,
  ages,
  'first-activation': firstActivation,
  lives,
  degrees,
  'fan-in': fanIn,
  'fan-out': fanOut,
};

/** A layer's history with its index in the network. */
export interface NamedHistory extends LayerHistory {
  layer: number;
  name: string;
}

type Measured = Pick<MeasureResult, 'title' | 'source' | 'layers' | 'total'>;

/**
 * Measures layers of one run, against the same layers of another where given.
 * @throws UnmeasurableError where the measure does not apply, naming the layer
 */
export function measureHistories(
  name: Exclude<MeasureName, RecordedMeasure>,
  histories: readonly NamedHistory[],
  others: readonly NamedHistory[] | null,
  options: Pick<MeasureOptions, 'update' | 'tau'>,
): Measured {
  if (name === 'nnstd') return measureDistance(histories, others);
  const measure = measures[name];
  if (name === 'overlap-other' && others === null) throw new UnmeasurableError('Name the run to compare with.');
  const counts = histories.map((history) => {
    const other = others?.find(({ layer }) => layer === history.layer);
    if (others && !other) throw new UnmeasurableError(`The other run has no layer ${history.layer} (${history.name}).`);
    return measure.count(history, { ...options, other });
  });
  return {
    title: measure.title,
    source: measure.source,
    layers: histories.map(({ layer, name }, index) => ({ layer, name, ...measure.present(counts[index]) })),
    total: measure.additive ? measure.present(addCounts(counts)) : null,
  };
}

/** The last masks of two runs, or a run's first and last. */
function measureDistance(histories: readonly NamedHistory[], others: readonly NamedHistory[] | null): Measured {
  const maskOf = (history: LayerHistory, end: 'first' | 'last') =>
    maskFromPositions(history.outputs, history.inputs, history.activeAt(end === 'first' ? 0 : history.updates));
  const distances = topologicalDistances(
    histories.map((history) => maskOf(history, 'last')),
    others ? others.map((history) => maskOf(history, 'last')) : histories.map((history) => maskOf(history, 'first')),
  );
  return {
    title: `Topological distance (NNSTD) to ${others ? 'the other run’s last mask' : 'the first mask'}`,
    source: 'Liu et al., ECML PKDD 2020; docs/reference/itop.md 4.4',
    layers: histories.map(({ layer, name }, index) => ({
      layer,
      name,
      columns: {},
      facts: { distance: distances[index] },
    })),
    total: {
      columns: {},
      facts: { distance: distances.reduce((sum, distance) => sum + distance, 0) / distances.length },
    },
  };
}
