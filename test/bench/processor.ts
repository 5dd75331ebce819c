import { ensureKernels } from '../../src-main/toolchain/kernels.ts';
import { benchAgainstPeer } from './against-peer.ts';
import { benchCodec } from './codec.ts';
import { benchGrowth } from './growth.ts';
import { benchKernels } from './kernels.ts';
import { benchMeasures } from './measures.ts';
import { benchMillion } from './million.ts';
import { type BenchName, type BenchOptions, readBenchOptions, USAGE } from './options.ts';
import { benchRecording } from './recording.ts';
import { benchStages } from './stages.ts';
import { benchStore } from './store.ts';
import { benchStreaming } from './streaming.ts';
import { say } from './support.ts';

const BENCHMARKS: Readonly<Record<BenchName, (options: BenchOptions) => void | Promise<void>>> = {
  peer: benchAgainstPeer,
  kernels: benchKernels,
  stages: benchStages,
  growth: benchGrowth,
  million: benchMillion,
  measures: benchMeasures,
  codec: benchCodec,
  store: benchStore,
  recording: benchRecording,
  streaming: ({ json, threads, gigabytes, steps, network, batchSize, copies }) =>
    benchStreaming({ json, threads, gigabytes, steps, network, batchSize, copies }),
};

/** `npm run bench -- NAME ...` @returns the exit code */
export async function benchProcessor(args: string[]): Promise<number> {
  let options: BenchOptions;
  try {
    options = readBenchOptions(args);
  } catch (error) {
    say(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
    return 2;
  }
  if (options.help) {
    say(USAGE);
    return 0;
  }
  await ensureKernels({ quiet: true });
  await BENCHMARKS[options.name](options);
  return 0;
}
