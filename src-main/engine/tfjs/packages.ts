/** The package behind each tfjs engine, and what it wants of the machine (its README and install script). */
export const TENSORFLOW_PACKAGES = {
  'tfjs-cuda': {
    name: '@tensorflow/tfjs-node-gpu',
    remedy:
      'It needs Linux or Windows with an NVIDIA driver, CUDA 11.2 and cuDNN 8.1. Then install it into Espalier’s ' +
      'folder: `npm install --no-save @tensorflow/tfjs-node-gpu@4.22.0` (its installer downloads TensorFlow 2.9.1).',
  },
  'tfjs-node': {
    name: '@tensorflow/tfjs-node',
    remedy:
      'Install it into Espalier’s folder: `npm install --no-save @tensorflow/tfjs-node@4.22.0` (its installer downloads ' +
      'TensorFlow 2.9.1).',
  },
} as const;

export type TensorFlowEngine = keyof typeof TENSORFLOW_PACKAGES;
