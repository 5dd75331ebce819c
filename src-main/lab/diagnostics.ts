import { arch, availableParallelism, platform, release, totalmem } from 'node:os';
import {
  ENGINE_NAMES,
  ENGINE_TITLES,
  type Diagnostics,
  type EngineAvailability,
  type GpuAdapter,
} from '../contract/index.ts';
import { loadCpuKernels } from '../engine/cpu/kernels.node.ts';
import { describeNodeEngines } from '../engine/engines.node.ts';
import type { Store } from '../store/client.ts';
import type { LabEnvironment } from './environment.ts';

const BYTES_PER_GIB = 2 ** 30;

/** What this machine has to offer, and where things lie. */
export async function diagnose(environment: LabEnvironment, store: Store): Promise<Diagnostics> {
  const [engines, simd] = await Promise.all([describeEngines(environment), simdOf(environment.kernelsFolder)]);
  const { bytes, sqliteVersion } = await store.read.information();
  const { node, v8, electron, chrome } = process.versions as Record<string, string | undefined>;
  const versions = { espalier: environment.version, node, v8, sqlite: sqliteVersion, electron, chrome };
  return {
    version: environment.version,
    versions: Object.fromEntries(
      Object.entries(versions).filter((entry): entry is [string, string] => entry[1] !== undefined),
    ),
    platform: `${platform()} ${release()} ${arch()}`,
    cores: availableParallelism(),
    memoryGiB: totalmem() / BYTES_PER_GIB,
    simd,
    engines,
    dataFolder: environment.dataFolder,
    databaseBytes: bytes,
    logFile: environment.logFile,
  };
}

/** Those of this process, and WebGPU where the app has it in a window. */
async function describeEngines({ kernelsFolder, gpu }: LabEnvironment): Promise<EngineAvailability[]> {
  const inProcess = await describeNodeEngines(kernelsFolder);
  if (!gpu) return inProcess;
  const found = await gpu.describe();
  const engine = { id: 'webgpu' as const, title: ENGINE_TITLES.webgpu };
  const described: EngineAvailability = found.available
    ? { ...engine, available: true, remedy: null, ...describeAdapter(found.adapter) }
    : { ...engine, available: false, detail: found.reason, remedy: null, facts: [] };
  return [...inProcess.filter(({ id }) => id !== 'webgpu'), described].sort(
    (a, b) => ENGINE_NAMES.indexOf(a.id) - ENGINE_NAMES.indexOf(b.id),
  );
}

function describeAdapter({ title, isSoftware, maxBufferBytes, features }: GpuAdapter) {
  const facts: [string, string][] = [
    ['Adapter', title],
    ['Largest buffer', `${(maxBufferBytes / BYTES_PER_GIB).toFixed(1)} GiB`],
    ['Half precision', features.includes('shader-f16') ? 'yes' : 'no'],
    ['Subgroups', features.includes('subgroups') ? 'yes' : 'no'],
  ];
  const detail = isSoftware
    ? 'Truly sparse, but computed by software that stands in for a graphics card: for tests, slower than the CPU engine.'
    : 'Truly sparse, on the graphics card.';
  return { detail, facts };
}

const simdOf = (kernelsFolder: string): Promise<Diagnostics['simd']> =>
  loadCpuKernels(kernelsFolder).then(
    ({ simd }) => simd,
    () => 'none',
  );
