import { arch, availableParallelism, platform, release, totalmem } from 'node:os';
import type { Diagnostics } from '../contract/index.ts';
import { loadCpuKernels } from '../engine/cpu/kernels.node.ts';
import type { Store } from '../store/client.ts';
import { describeEngines } from './engines/engines-here.ts';
import type { LabEnvironment } from './environment.ts';

const BYTES_PER_GIB = 2 ** 30;

/** What this machine has to offer, and where things are. */
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

const simdOf = (kernelsFolder: string): Promise<Diagnostics['simd']> =>
  loadCpuKernels(kernelsFolder).then(
    ({ simd }) => simd,
    () => 'none',
  );
