import type * as tf from '@tensorflow/tfjs-core';

/** TensorFlow.js as a module: which package, and so which backend, is whoever opens the engine's choice. */
export type Tf = typeof tf;
