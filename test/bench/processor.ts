import { parseArgs } from 'node:util';
import { distributions } from '../../src-main/topology/distributions/index.ts';
import { ensureKernels } from '../../src-main/toolchain/kernels.ts';
import { benchAgainstPeer } from './against-peer.ts';
import { benchCodec } from './codec.ts';
import { benchGrowth } from './growth.ts';
import { benchKernels } from './kernels.ts';
import { benchMeasures } from './measures.ts';
import { benchMillion } from './million.ts';
import { type BenchCase, cases } from './networks.ts';
import { benchStages } from './stages.ts';
import { benchStreaming } from './streaming.ts';
import { say } from './support.ts';

const USAGE = `npm run bench -- [peer | kernels | stages | growth | million | measures | codec | streaming] [--json]
    [--threads N] [--rounds N] [--case mlp | conv] [--sparsity N]
  peer      one training step against PyTorch, in turns (the default; 2 threads, 5 rounds)
  kernels   what each kernel reaches of this machine's WebAssembly peak, one thread
  stages    where the time of a step goes, layer by layer (--case, default conv; --sparsity for one only)
  growth    what a mask update costs beside the steps between two of them (2 threads, 5 rounds)
  million   a network of a million hidden neurons: time and memory [--distribution erk | er | uniform]
  measures  every measure of a stored run of 1,000 updates over a million positions, and opening one
  codec     stored masks against the entropy bound
  streaming class folders of images larger than memory
            [--gigabytes N] [--steps N] [--network NAME] [--batch N] [--copies]
  gpu       one training step on the graphics card; gpu --help says more`;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    threads: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '5' },
    case: { type: 'string' },
    sparsity: { type: 'string' },
    distribution: { type: 'string', default: 'erk' },
    gigabytes: { type: 'string', default: '20' },
    steps: { type: 'string', default: '300' },
    network: { type: 'string', default: 'cnn-small' },
    batch: { type: 'string', default: '64' },
    copies: { type: 'boolean', default: false },
  },
});
const [what = 'peer'] = positionals;
const [threads, rounds] = [Number(values.threads), Number(values.rounds)];
const [gigabytes, steps, batchSize] = [values.gigabytes, values.steps, values.batch].map(Number);
const isCount = (value: number) => Number.isInteger(value) && value >= 1;

const distribution = values.distribution as keyof typeof distributions;
const sparsities = values.sparsity === undefined ? undefined : [Number(values.sparsity)];
const only = values.case as BenchCase | undefined;

if ((only !== undefined && !(only in cases)) || !(values.distribution in distributions)) {
  say(USAGE);
  process.exitCode = 2;
} else if (
  !['peer', 'kernels', 'stages', 'growth', 'million', 'measures', 'codec', 'streaming'].includes(what) ||
  positionals.length > 1 ||
  sparsities?.some((sparsity) => !(sparsity >= 0 && sparsity < 1)) ||
  !isCount(threads) ||
  !isCount(rounds) ||
  ![steps, batchSize].every(isCount) ||
  !(gigabytes > 0)
) {
  say(USAGE);
  process.exitCode = 2;
} else {
  await ensureKernels({ quiet: true });
  if (what === 'kernels') await benchKernels(values);
  else if (what === 'stages') await benchStages({ json: values.json, threads, only: only ?? 'conv', sparsities });
  else if (what === 'growth') await benchGrowth({ json: values.json, threads, rounds, only });
  else if (what === 'streaming') {
    const { json, network, copies } = values;
    await benchStreaming({ json, threads, gigabytes, steps, network, batchSize, copies });
  } else if (what === 'codec') benchCodec(values);
  else if (what === 'measures') await benchMeasures(values);
  else if (what === 'million') await benchMillion({ json: values.json, threads, distribution });
  else await benchAgainstPeer({ json: values.json, threads, rounds, only });
}
