import '@tensorflow/tfjs-backend-cpu';
// The package's Node bundle comes without its gradients; they register themselves in one global table.
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import * as tf from '@tensorflow/tfjs-core';
import type { Engine, EngineOptions } from '../../src-main/engine/engine.ts';
import { openTfjsEngine } from '../../src-main/engine/tfjs/tfjs-engine.ts';

/** The engine's own code on the plain JavaScript backend: slow, and on every machine. */
export async function openTfjsOnCpu(opening: EngineOptions): Promise<Engine> {
  await tf.setBackend('cpu');
  return openTfjsEngine(opening, { tf, id: 'tfjs-cpu', title: `tfjs ${tf.version_core}`, backend: 'cpu' });
}
export { tf };
