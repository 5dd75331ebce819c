import type { ConfigurationInput } from './configuration.ts';
import type { EngineChoice } from './engines.ts';

/** A measurement of engines as it is remembered. */
export interface EngineCalibration {
  choice: EngineChoice;
  /** What the speed depends on besides the machine, for the reader: network, images, sparsity, batch, threads. */
  subject: string[];
  /** Says what to measure where it is to be measured again. */
  configuration: ConfigurationInput;
  /** Milliseconds since 1970. */
  measuredAt: number;
}
