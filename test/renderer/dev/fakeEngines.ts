import type { EngineAvailability, EngineChoice } from '../../../src-main/contract/index.ts';
import { TENSORFLOW_PACKAGES } from '../../../src-main/engine/tfjs/packages.ts';

/** A machine with a card and without TensorFlow. */
export const fakeEngines: EngineAvailability[] = [
  {
    id: 'cpu',
    title: 'CPU',
    available: true,
    detail: 'Truly sparse: work and memory follow the active weights.',
    remedy: null,
    facts: [
      ['Threads', 'up to 16'],
      ['SIMD', 'relaxed (fused multiply-add)'],
    ],
  },
  {
    id: 'webgpu',
    title: 'WebGPU',
    available: true,
    detail: 'Truly sparse on the graphics card; weights, states and masks stay there.',
    remedy: null,
    facts: [
      ['Adapter', 'nvidia ada-lovelace, NVIDIA RTX A6000 (Vulkan)'],
      ['Largest buffer', '4.0 GiB'],
      ['Features', 'shader-f16, subgroups'],
    ],
  },
  {
    id: 'tfjs-cuda',
    title: 'TensorFlow on CUDA',
    available: false,
    detail: 'The package @tensorflow/tfjs-node-gpu is not installed.',
    remedy: TENSORFLOW_PACKAGES['tfjs-cuda'].remedy,
    facts: [],
  },
  {
    id: 'tfjs-node',
    title: 'TensorFlow on the CPU',
    available: false,
    detail: 'The package @tensorflow/tfjs-node is not installed.',
    remedy: TENSORFLOW_PACKAGES['tfjs-node'].remedy,
    facts: [],
  },
];

export const fakeChoice: EngineChoice = {
  key: 'mlp-256-128 | sparsity 0.95 | cpu: CPU | webgpu: NVIDIA RTX A6000',
  engine: 'cpu',
  measured: [
    { engine: 'cpu', title: 'CPU, relaxed SIMD, 2 threads', millisecondsPerStep: 0.412 },
    { engine: 'webgpu', title: 'WebGPU, NVIDIA RTX A6000', millisecondsPerStep: 0.683 },
  ],
  left: [],
  remembered: false,
};
