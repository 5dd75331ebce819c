import { checkOpening } from '../check-opening.ts';
import { EngineError, type EngineOptions } from '../engine.ts';
import { buildGraph, type Graph } from './graph.ts';

/** A byte says which position of a window won. */
const LARGEST_WINDOW = 16;

/** The network's graph. @throws EngineError where this engine cannot run it, or the opening does not fit it */
export function openGraph(opening: EngineOptions): Graph {
  checkOpening(opening, 'CPU');
  const { network } = opening;
  const refuse = (why: string) => new EngineError(`The CPU engine cannot open ${network.name}: ${why}`);
  for (const layer of network.layers)
    if (layer.kind === 'max-pool' && layer.size > LARGEST_WINDOW)
      throw refuse(
        `${layer.name} has windows of ${layer.size} x ${layer.size}: at most ${LARGEST_WINDOW} x ${LARGEST_WINDOW}`,
      );
  const graph = buildGraph(network);
  if (!graph.logits.gradient) throw refuse('it has nothing to train');
  return graph;
}
