import { EngineError } from '../../../src-main/engine/engine.ts';
import { say } from '../printing.ts';
import { GpuBenchRefusal, type GpuBenchResult, runGpuBench } from './bench.ts';
import type { GpuBenchOptions } from './options.ts';
import { reportGpuBench } from './report.ts';

/** Measures, prints, and keeps the result where `keep` puts it. @returns the exit code */
export async function gpuProgram(
  options: GpuBenchOptions,
  peerScript: string,
  keep: (result: GpuBenchResult) => string,
): Promise<number> {
  try {
    const result = await runGpuBench(options, peerScript);
    const file = keep(result);
    process.stdout.write(
      options.json ? `${JSON.stringify(result)}\n` : `${reportGpuBench(result)}\n\nwritten to ${file}\n`,
    );
    return 0;
  } catch (error) {
    if (!(error instanceof EngineError || error instanceof GpuBenchRefusal)) throw error;
    say(error.message);
    return 1;
  }
}
