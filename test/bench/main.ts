import { parseArgs } from 'node:util';
import { ensureKernels } from '../../src-main/toolchain/kernels.ts';
import { benchAgainstPeer } from './against-peer.ts';
import { benchKernels } from './kernels.ts';
import { benchMeasures } from './measures.ts';
import { say } from './support.ts';

const USAGE = `npm run bench -- [peer | kernels | measures] [--json] [--threads N] [--rounds N]
  peer      one training step against PyTorch, in turns (the default; 2 threads, 5 rounds)
  kernels   what each kernel reaches of this machine's WebAssembly peak, one thread
  measures  every measure of a stored run of 1,000 updates over a million positions`;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    threads: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '5' },
  },
});
const [what = 'peer'] = positionals;
const [threads, rounds] = [Number(values.threads), Number(values.rounds)];
const isCount = (value: number) => Number.isInteger(value) && value >= 1;

if (
  !['peer', 'kernels', 'measures'].includes(what) ||
  positionals.length > 1 ||
  !isCount(threads) ||
  !isCount(rounds)
) {
  say(USAGE);
  process.exitCode = 2;
} else {
  if (what !== 'measures') await ensureKernels({ quiet: true });
  if (what === 'measures') await benchMeasures(values);
  else if (what === 'kernels') await benchKernels(values);
  else await benchAgainstPeer({ json: values.json, threads, rounds });
}
