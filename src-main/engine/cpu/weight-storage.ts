import type { Mask, Positions } from '../../contract/index.ts';
import type { WeightLayer } from '../../networks/specification.ts';
import type { LayerState } from '../engine.ts';
import type { Pattern } from './positions.ts';

/** What the engine asks of a layer's weights, however they are kept. */
export interface WeightStorage {
  readonly layer: WeightLayer;
  activeCount(): number;
  mask(): Mask;
  activeWeights(): Float32Array;
  biases(): Float32Array;
  state(): LayerState;
  /** The layer's pattern as views: good until shared memory grows. */
  pattern(): Pattern;
  /** @throws EngineError as `Engine.rewire` does; then nothing is changed */
  rewire(dropped: Positions, grown: Positions): void;
}
