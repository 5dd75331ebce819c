import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { say } from '../printing.ts';
import { GPU_USAGE, type GpuBenchOptions, readGpuOptions } from './options.ts';
import { gpuProgram } from './program.ts';

/** Entry of the folder that goes to a machine of its own: everything it needs lies beside it. */

const folder = import.meta.dirname;

function read(): GpuBenchOptions | null {
  try {
    const options = readGpuOptions(process.argv.slice(2));
    if (options.pack !== null) throw new TypeError('--pack works in the repository only');
    return options.help ? null : options;
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    return null;
  }
}

const options = read();
if (options === null) {
  say(`node gpu-bench.mjs ${GPU_USAGE.slice('gpu '.length)}`);
  process.exitCode = process.argv.includes('--help') ? 0 : 2;
} else {
  process.exitCode = await gpuProgram(options, join(folder, 'torch_gpu_peer.py'), (result) => {
    const file = join(folder, 'gpu-result.json');
    writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
    return file;
  });
}
