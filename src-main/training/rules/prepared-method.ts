import {
  usedConfiguration,
  type MethodDescription,
  type Positions,
  type RunConfiguration,
} from '../../contract/index.ts';
import { buildNetwork, countSteps, type DatasetSize } from '../../networks/accounting.ts';
import { prunableLayers, weightShape } from '../../networks/specification.ts';
import { drawInitialMasks } from '../../topology/initial-masks.ts';
import type { Method, Rewiring } from '../../topology/methods/index.ts';
import type { Scoring } from '../../topology/scoring/scoring.ts';
import type { MaskStructure } from '../../topology/structures/structure.ts';
import { initialDensity, plannedUpdates } from '../../topology/timeline.ts';

/** What a run is for which a method is prepared. */
export interface MethodOptions {
  configuration: RunConfiguration;
  dataset: DatasetSize;
  /** resume: it has its masks. measure: engines are measured on its initial masks, and nothing is trained. */
  purpose: 'start' | 'resume' | 'measure';
}

type Density = ReturnType<NonNullable<Rewiring['density']>>;

/** A method without its functions, and instead of them what they say of one run: data that cross between processes. */
export interface PreparedMethod {
  parts: MethodDescription & Pick<Method, 'startsLargest'>;
  scoring: Omit<Scoring, 'score'> | null;
  structure: {
    parts: Pick<MaskStructure, 'title' | 'isUniform'>;
    /** By layer; null where weights come and go one by one. */
    units: number[] | null;
    /** By layer; null where nothing is drawn. */
    draws: (Positions | null)[];
  } | null;
  rewiring: PreparedRewiring | null;
}

export interface PreparedRewiring {
  parts: Pick<Rewiring, 'needsDenseGradient' | 'keepsCounts' | 'regenerates' | 'prefersUnexplored' | 'replaces'>;
  hasCounts: boolean;
  reference: Pick<NonNullable<Rewiring['reference']>, 'replaces'> | null;
  /** null where the update interval says it. */
  steps: number[] | null;
  /** null where it is constant. `atStart` is known before there are steps. */
  density: { atStart: Density; overTime: Density } | null;
  remembers: ReturnType<NonNullable<Rewiring['remembers']>>;
  holds: number | null;
}

/** Of what is left a function would be refused where it is sent. */
function without<T extends object, K extends keyof T>(whole: T, ...keys: K[]): Omit<T, K> {
  const rest = Object.entries(whole).filter(([key]) => !(keys as PropertyKey[]).includes(key));
  return Object.fromEntries(rest) as Omit<T, K>;
}

/**
 * Asks a method all that a run needs to know of it but plans, scores and rules.
 * @throws what the method's functions throw
 */
export function prepareMethod(method: Method, opening: MethodOptions): PreparedMethod {
  const { scoring, structure, rewiring } = method;
  const { dataset, purpose } = opening;
  const isTrained = purpose !== 'measure';
  const configuration = isTrained ? usedConfiguration(opening.configuration, method) : opening.configuration;
  const drawsMasks = purpose === 'measure' || (purpose === 'start' && !scoring);
  return {
    parts: without(method, 'scoring', 'structure', 'rewiring', 'flops', 'exploration'),
    scoring: scoring ? without(scoring, 'score') : null,
    structure: structure ? prepareStructure(method, structure, configuration, dataset, drawsMasks) : null,
    rewiring: rewiring && prepareRewiring(method, rewiring, configuration, isTrained ? dataset.trainCount : null),
  };
}

function prepareStructure(
  method: Method,
  structure: MaskStructure,
  configuration: RunConfiguration,
  dataset: DatasetSize,
  drawsMasks: boolean,
): PreparedMethod['structure'] {
  const { title, isUniform } = structure;
  const shapes = prunableLayers(buildNetwork(configuration, dataset)).map(weightShape);
  const draws: (Positions | null)[] = shapes.map(() => null);
  const noting: MaskStructure = {
    ...structure,
    draw: (layer, ...given) => (draws[layer] = structure.draw(layer, ...given)),
  };
  if (drawsMasks) drawInitialMasks(shapes, { ...method, structure: noting }, configuration);
  return {
    parts: { title, isUniform },
    units: structure.unitOf ? shapes.map((_, layer) => structure.unitOf?.(layer, shapes, configuration) ?? 1) : null,
    draws,
  };
}

/** @param trainCount images of the training split; null where nothing is trained */
function prepareRewiring(
  { sparse }: Method,
  rewiring: Rewiring,
  configuration: RunConfiguration,
  trainCount: number | null,
): PreparedRewiring {
  const { needsDenseGradient, keepsCounts, regenerates, prefersUnexplored, replaces, reference } = rewiring;
  const prepared: PreparedRewiring = {
    parts: { needsDenseGradient, keepsCounts, regenerates, prefersUnexplored, replaces },
    hasCounts: rewiring.counts !== undefined,
    reference: reference ? { replaces: reference.replaces } : null,
    steps: null,
    density: null,
    remembers: rewiring.remembers?.(configuration) ?? null,
    holds: rewiring.holds?.(configuration) ?? null,
  };
  if (rewiring.density) {
    const initial = initialDensity({ sparse, rewiring }, configuration);
    const atStart = { initial, after: [] };
    prepared.density = { atStart, overTime: atStart };
  }
  if (trainCount === null) return prepared;
  // What the trainer will ask is asked here, and the answers are noted.
  const { steps, density } = rewiring;
  const noting: Rewiring = {
    ...rewiring,
    ...(steps && { steps: (...given) => (prepared.steps = steps(...given)) }),
    ...(density && {
      density(...given) {
        const overTime = density(...given);
        if (prepared.density) prepared.density.overTime = overTime;
        return overTime;
      },
    }),
  };
  plannedUpdates({ rewiring: noting }, configuration, countSteps(configuration, trainCount).totalSteps);
  return prepared;
}
