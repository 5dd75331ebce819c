import type { LayerPlan, RunConfiguration, RunPlan } from '../../../src-main/contract/index.ts';

/** A plausible plan of a multilayer perceptron on 28 x 28 images; ERK densities, no exactness claimed. */
export function planOf(configuration: RunConfiguration): RunPlan {
  const hidden = configuration.network.split('-').slice(1).map(Number);
  const widths = [784, ...hidden, 10];
  const shapes = hidden.concat(10).map((outputs, index) => ({ inputs: widths[index], outputs }));
  const density = configuration.method === 'dense' ? 1 : 1 - configuration.sparsity;
  const prunable = shapes.reduce((sum, { inputs, outputs }) => sum + inputs * outputs, 0);
  const scale = (density * prunable) / shapes.reduce((sum, { inputs, outputs }) => sum + inputs + outputs, 0);
  const layers = shapes.map(({ inputs, outputs }, index): LayerPlan => {
    const erk = configuration.distribution === 'uniform' ? density : (scale * (inputs + outputs)) / (inputs * outputs);
    const own = Math.min(1, configuration.method === 'dense' ? 1 : erk);
    return {
      name: `fc${index + 1}`,
      outputs,
      inputs,
      prunableWeights: inputs * outputs,
      activeWeights: Math.round(own * inputs * outputs),
      density: own,
    };
  });
  const active = layers.reduce((sum, layer) => sum + layer.activeWeights, 0);
  const stepsPerEpoch = Math.ceil((8_000 * (1 - configuration.validationFraction)) / configuration.batchSize);
  const totalSteps = stepsPerEpoch * configuration.epochs;
  const isDynamic = !['dense', 'static', 'snip', 'grasp', 'synflow'].includes(configuration.method);
  const updates = isDynamic ? Math.floor((totalSteps * configuration.stopFraction - 1) / configuration.updateEvery) : 0;
  const dense = active / prunable;
  const replaced = (updates * (configuration.pruneRate + 0.005)) / 2;
  return {
    layers,
    prunableWeights: prunable,
    activeWeights: active,
    parameters: active + shapes.reduce((sum, { outputs }) => sum + outputs, 0),
    stepsPerEpoch,
    totalSteps,
    updates,
    trainFlopsPerSample: 6 * active,
    denseTrainFlopsPerSample: 6 * prunable,
    flops: { trainRatio: dense, inferenceRatio: dense },
    expectedRs: configuration.method === 'dense' ? 1 : 1 - (1 - dense) * Math.exp(-(dense * replaced) / (1 - dense)),
    maxRs: Math.min(1, dense * (1 + replaced)),
  };
}
