import type { RunConfiguration } from '../../contract/index.ts';

/** Growth by the mean gradient of the last n batches before an update, where a run asks for more than one. */
export const averageLastBatches = ({ gradientBatches }: Pick<RunConfiguration, 'gradientBatches'>) =>
  gradientBatches > 1 ? { decay: 1, steps: gradientBatches } : null;
