import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ENGINE_TITLES, type EngineAvailability } from '../../contract/index.ts';
import { EngineError } from '../engine.ts';
import { messageOf, type ReadyEngine } from '../registry.ts';
import { TENSORFLOW_PACKAGES, type TensorFlowEngine } from './packages.ts';
import type { Tf } from './tf.ts';
import { openTfjsEngine } from './tfjs-engine.ts';

/** The part of tfjs-node's backend that tells what it computes on. */
interface NodeBackend {
  isUsingGpuDevice: boolean;
  binding: { TF_Version: string };
}

const BACKEND = 'tensorflow';

/**
 * Loads TensorFlow into this thread.
 * @param load for tests; a package's name to its module
 * @throws EngineError where the package is missing or does not load, or a CUDA build finds no card; with the remedy
 */
export async function prepareTensorFlow(
  id: TensorFlowEngine,
  load: (name: string) => Promise<unknown> = (name) => import(name),
): Promise<ReadyEngine> {
  const { name, remedy } = TENSORFLOW_PACKAGES[id];
  // Read by the library as it loads: the same bits for the same run, and products of whole float32 numbers.
  process.env.TF_DETERMINISTIC_OPS ??= '1';
  process.env.NVIDIA_TF32_OVERRIDE ??= '0';
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '1';
  let tf: Tf;
  try {
    const module = (await load(name)) as Tf & { default?: Tf };
    tf = module.default ?? module;
    await tf.ready();
  } catch (error) {
    throw new EngineError(`The engine ${id} cannot load ${name}: ${firstLine(messageOf(error))}. ${remedy}`, {
      cause: error,
    });
  }
  if (tf.getBackend() !== BACKEND)
    throw new EngineError(
      `The engine ${id}: ${name} came up on the backend ${tf.getBackend()}, not ${BACKEND}. ${remedy}`,
    );
  const { isUsingGpuDevice, binding } = tf.backend() as unknown as NodeBackend;
  if (id === 'tfjs-cuda' && !isUsingGpuDevice)
    throw new EngineError(`The engine ${id}: TensorFlow finds no NVIDIA card it can use. ${remedy}`);
  const processor = isUsingGpuDevice ? 'CUDA' : 'CPU';
  const title = `TensorFlow ${binding.TF_Version} on ${processor}, ${name.slice('@tensorflow/'.length)} ${tf.version_core}`;
  return { title, open: (opening) => openTfjsEngine(opening, { tf, id, title, backend: BACKEND }) };
}

/** Whether a package is there, found without loading it: a native library may take seconds, or the process with it. */
export function describeTensorFlow(id: TensorFlowEngine): EngineAvailability {
  const { name, remedy } = TENSORFLOW_PACKAGES[id];
  const title = ENGINE_TITLES[id];
  const missing = (detail: string): EngineAvailability => ({
    id,
    title,
    available: false,
    isSoftware: false,
    detail,
    remedy,
    facts: [],
  });
  const manifest = findManifest(name);
  if (!manifest) return missing(`The package ${name} is not installed.`);
  const folder = dirname(manifest);
  if (!hasBinding(folder)) return missing(`The package ${name} is installed, but its native library is not.`);
  if (id === 'tfjs-cuda' && process.platform === 'linux' && !existsSync('/proc/driver/nvidia/version'))
    return missing(`The package ${name} is installed, but there is no NVIDIA driver.`);
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  return {
    id,
    title,
    available: true,
    isSoftware: false,
    detail: `Dense tensors times masks on TensorFlow${id === 'tfjs-cuda' ? ' and CUDA' : ''}.`,
    remedy: null,
    facts: [
      ['Package', `${name} ${version}`],
      ['Folder', folder],
    ],
  };
}

function findManifest(name: string): string | null {
  try {
    return createRequire(import.meta.url).resolve(`${name}/package.json`);
  } catch {
    return null;
  }
}

function hasBinding(folder: string): boolean {
  const lib = join(folder, 'lib');
  return existsSync(lib) && readdirSync(lib).some((build) => existsSync(join(lib, build, 'tfjs_binding.node')));
}

const firstLine = (text: string): string => text.split('\n')[0].replace(/[.\s]+$/, '');
