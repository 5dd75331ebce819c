import { parseArgs } from 'node:util';
import { ensureKernels } from '../../src-main/toolchain/kernels.ts';
import { benchAgainstPeer } from './against-peer.ts';
import { benchKernels } from './kernels.ts';
import { type BenchCase, cases } from './networks.ts';
import { say } from './support.ts';

const USAGE = `npm run bench -- [peer | kernels] [--json] [--threads N] [--rounds N] [--case mlp | conv]
  peer      one training step against PyTorch, in turns (the default; 2 threads, 5 rounds)
  kernels   what each kernel reaches of this machine's WebAssembly peak, one thread`;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    threads: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '5' },
    case: { type: 'string' },
  },
});
const [what = 'peer'] = positionals;
const [threads, rounds] = [Number(values.threads), Number(values.rounds)];
const isCount = (value: number) => Number.isInteger(value) && value >= 1;

const only = values.case as BenchCase | undefined;

if (only !== undefined && !(only in cases)) {
  say(USAGE);
  process.exitCode = 2;
} else if (!['peer', 'kernels'].includes(what) || positionals.length > 1 || !isCount(threads) || !isCount(rounds)) {
  say(USAGE);
  process.exitCode = 2;
} else {
  await ensureKernels({ quiet: true });
  if (what === 'kernels') await benchKernels(values);
  else await benchAgainstPeer({ json: values.json, threads, rounds, only });
}
