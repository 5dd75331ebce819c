import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { provideSoftwareGpu } from '../../../src-main/toolchain/software-gpu.ts';
import { say } from '../printing.ts';
import { writeResult } from '../support.ts';
import { GPU_USAGE, type GpuBenchOptions, readGpuOptions } from './options.ts';
import { packGpuBench } from './pack.ts';
import { gpuProgram } from './program.ts';

/** `npm run bench -- gpu ...` @returns the exit code */
export async function benchGpu(args: string[]): Promise<number> {
  let options: GpuBenchOptions;
  try {
    options = readGpuOptions(args);
  } catch (error) {
    say(`${error instanceof Error ? error.message : String(error)}\nnpm run bench -- ${GPU_USAGE}\n${PACK_USAGE}`);
    return 2;
  }
  if (options.help) {
    say(`npm run bench -- ${GPU_USAGE}\n${PACK_USAGE}`);
    return 0;
  }
  if (options.pack !== null) return packGpuBench(options.pack);
  if (options.software && process.platform === 'linux' && !process.env.VK_ICD_FILENAMES) {
    await provideSoftwareGpu();
    // Libraries are looked for where the environment pointed when a process began.
    return spawnSync(process.execPath, process.argv.slice(1), { stdio: 'inherit' }).status ?? 1;
  }
  const script = join(import.meta.dirname, 'torch_gpu_peer.py');
  return gpuProgram(options, script, (result) => writeResult(result.isSoftware ? 'gpu-software' : 'gpu', result));
}

const PACK_USAGE =
  '  --pack FOLDER  makes the folder that measures on a machine without network; see docs/gpu-bench.md';
