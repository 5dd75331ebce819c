import type { EngineAvailability, EngineCalibration, EngineChoice } from '../../../src-main/contract/index.ts';
import { TENSORFLOW_PACKAGES } from '../../../src-main/engine/tfjs/packages.ts';

/** A machine with a card and without TensorFlow. */
export const fakeEngines: EngineAvailability[] = [
  {
    id: 'cpu',
    title: 'CPU',
    available: true,
    isSoftware: false,
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
    isSoftware: false,
    detail: 'Truly sparse on the graphics card: weights, states, masks and activations stay there.',
    remedy: null,
    facts: [
      ['Adapter', 'NVIDIA RTX A6000'],
      ['Largest buffer', '4.0 GiB'],
      ['Largest binding', '4.0 GiB'],
      ['Workgroup', 'up to 1024 threads, 48 KiB shared'],
      ['Half precision', 'native'],
      ['Subgroups', 'of 32 threads'],
      ['Memory', 'not reported by WebGPU; a run that does not fit is refused with the numbers'],
    ],
  },
  {
    id: 'tfjs-cuda',
    title: 'TensorFlow on CUDA',
    available: false,
    isSoftware: false,
    detail: 'The package @tensorflow/tfjs-node-gpu is not installed.',
    remedy: TENSORFLOW_PACKAGES['tfjs-cuda'].remedy,
    facts: [],
  },
  {
    id: 'tfjs-node',
    title: 'TensorFlow on the CPU',
    available: false,
    isSoftware: false,
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

const measured = (webgpu: number, cpu: number): EngineChoice['measured'] =>
  [
    { engine: 'webgpu' as const, title: 'WebGPU, NVIDIA RTX A6000', millisecondsPerStep: webgpu },
    { engine: 'cpu' as const, title: 'CPU, relaxed SIMD, 16 threads', millisecondsPerStep: cpu },
  ].sort((a, b) => a.millisecondsPerStep - b.millisecondsPerStep);

const calibration = (subject: string, webgpu: number, cpu: number, daysAgo: number): EngineCalibration => {
  const found = measured(webgpu, cpu);
  const left = [{ engine: 'tfjs-cuda' as const, reason: 'The package @tensorflow/tfjs-node-gpu is not installed.' }];
  return {
    choice: { key: subject, engine: found[0].engine, measured: found, left, remembered: false },
    subject: subject.split(' | '),
    configuration: { network: subject.split(' | ')[0] },
    measuredAt: Date.now() - daysAgo * 86_400_000,
  };
};

/** Newest first. */
export const fakeCalibrations: EngineCalibration[] = [
  calibration('resnet18 | 32x32x3 | 10 classes | sparsity 0.95 | erk | batch 128 | 16 threads', 14.2, 183, 0.1),
  calibration('mlp-256-128 | 28x28x1 | 10 classes | sparsity 0.95 | erk | batch 128 | 16 threads', 0.683, 0.412, 2),
  calibration('vgg19 | 32x32x3 | 100 classes | dense | batch 128 | 16 threads', 31.8, 1240, 9),
];
