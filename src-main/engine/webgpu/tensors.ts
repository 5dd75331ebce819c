import type { Gradient, Tensor } from '../graph/tensor.ts';
import type { Graph } from '../graph/nodes.ts';
import type { ActivationStorage } from '../engine.ts';
import type { Memory } from './memory.ts';

/** Samples of a batch are rounded up to so many: sums run over whole steps. */
export const LANES = 32;

/** How activations are laid out on the card: row `pixel * channels + channel`, samples side by side. */
export interface Tensors {
  /** Vectors of four samples from one row to the next. */
  stride: number;
  values(tensor: Tensor): GPUBuffer;
  /** Null where no gradient flows. */
  gradients(tensor: Tensor): GPUBuffer | null;
}

export const rowsOf = ({ shape: [height, width, channels] }: Tensor): number => height * width * channels;

/** Activations as `storage` says, except the logits; their gradients are f32. @throws EngineError where one of them is larger than the device allows */
export function allocateTensors(
  memory: Memory,
  { input, nodes, logits }: Graph,
  largestBatch: number,
  storage: ActivationStorage,
): Tensors {
  const samples = Math.ceil(largestBatch / LANES) * LANES;
  const values = new Map<Tensor, GPUBuffer>();
  const gradients = new Map<Gradient, GPUBuffer>();
  const named: [string, Tensor][] = [
    ['the inputs', input],
    ...nodes.map(({ layer, output }): [string, Tensor] => [`the outputs of ${layer.name}`, output]),
  ];
  for (const [what, tensor] of named) {
    const words = rowsOf(tensor) * samples;
    const isHalf = storage === 'f16' && tensor !== logits;
    values.set(tensor, (isHalf ? memory.allocateHalves : memory.allocate)(words, 'activations', what));
    if (tensor.gradient && !gradients.has(tensor.gradient))
      gradients.set(tensor.gradient, memory.allocate(words, 'activations', `gradients of ${what}`));
  }
  return {
    stride: samples / 4,
    values: (tensor) => values.get(tensor)!,
    gradients: ({ gradient }) => gradients.get(gradient!) ?? null,
  };
}
