import { parseArgs } from 'node:util';
import { distributions } from '../../src-main/topology/distributions/index.ts';
import { type BenchCase, cases } from './networks.ts';

/** What each benchmark takes beside --json. */
const TAKES = {
  peer: ['threads', 'rounds', 'case', 'sparsity'],
  kernels: [],
  stages: ['threads', 'case', 'sparsity'],
  growth: ['threads', 'rounds', 'case'],
  million: ['threads', 'distribution'],
  measures: [],
  codec: [],
  store: ['steps'],
  recording: ['epochs'],
  streaming: ['threads', 'gigabytes', 'steps', 'network', 'batch', 'copies'],
} as const satisfies Record<string, readonly string[]>;

export type BenchName = keyof typeof TAKES;

export const USAGE = `npm run bench -- [${Object.keys(TAKES).join(' | ')}] [--json]
  peer      one training step against PyTorch, in turns (the default)
            [--case mlp | conv] [--sparsity N] [--threads 2] [--rounds 5]
  kernels   what each kernel reaches of this machine's WebAssembly peak, one thread
  stages    where the time of a step goes, layer by layer [--case conv] [--sparsity N] [--threads 2]
  growth    what a mask update costs beside the steps between two of them
            [--case mlp | conv] [--threads 2] [--rounds 5]
  million   a network of a million hidden neurons: time and memory
            [--distribution ${Object.keys(distributions).join(' | ')}] [--threads 2]
  measures  every measure of a stored run of 1,000 updates over a million positions, and opening one
  codec     stored masks against the entropy bound
  store     a run of a million steps of six metrics and 2,000 mask updates: appending, opening its charts, resuming it
            [--steps 1000000]
  recording a run with more to record than to compute: training, storing and memory
            [--epochs 2000]
  streaming class folders of images larger than memory
            [--gigabytes 20] [--steps 300] [--network cnn-small] [--batch 64] [--copies] [--threads 2]
  gpu       one training step on the graphics card; gpu --help says more`;

export interface BenchOptions {
  name: BenchName;
  json: boolean;
  help: boolean;
  threads: number;
  rounds: number;
  /** All of them where absent. */
  only?: BenchCase;
  /** Those of the benchmark where absent. */
  sparsities?: number[];
  distribution: keyof typeof distributions;
  gigabytes: number;
  steps: number;
  epochs: number;
  network: string;
  batchSize: number;
  copies: boolean;
}

/** @throws TypeError saying which argument is wrong */
export function readBenchOptions(args: string[]): BenchOptions {
  const { positionals, values } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      threads: { type: 'string' },
      rounds: { type: 'string' },
      case: { type: 'string' },
      sparsity: { type: 'string' },
      distribution: { type: 'string' },
      gigabytes: { type: 'string' },
      steps: { type: 'string' },
      epochs: { type: 'string' },
      network: { type: 'string' },
      batch: { type: 'string' },
      copies: { type: 'boolean' },
    },
  });
  const { json, help, ...given } = values;
  if (positionals.length > 1) throw new TypeError(`one benchmark at a time, not ${positionals.join(' and ')}`);
  const name = oneOf('there is no benchmark', positionals[0] ?? 'peer', TAKES);
  const takes: readonly string[] = TAKES[name];
  const unused = Object.keys(given).find((option) => !takes.includes(option));
  if (unused !== undefined) throw new TypeError(`--${unused} means nothing to ${name}`);
  return {
    name,
    json,
    help,
    threads: count('--threads', given.threads ?? '2'),
    rounds: count('--rounds', given.rounds ?? '5'),
    only: given.case === undefined ? undefined : oneOf('--case: there is no', given.case, cases),
    sparsities: given.sparsity === undefined ? undefined : [sparsity(given.sparsity)],
    distribution: oneOf('--distribution: there is no', given.distribution ?? 'erk', distributions),
    gigabytes: gigabytes(given.gigabytes ?? '20'),
    steps: count('--steps', given.steps ?? (name === 'store' ? '1000000' : '300')),
    epochs: count('--epochs', given.epochs ?? '2000'),
    network: given.network ?? 'cnn-small',
    batchSize: count('--batch', given.batch ?? '64'),
    copies: given.copies ?? false,
  };
}

function oneOf<Name extends string>(complaint: string, name: string, table: Readonly<Record<Name, unknown>>): Name {
  if (Object.hasOwn(table, name)) return name as Name;
  throw new TypeError(`${complaint} ${name}; there are ${Object.keys(table).join(', ')}`);
}

function count(option: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1) return value;
  throw new TypeError(`${option}: ${text} is not a whole number from 1`);
}

function sparsity(text: string): number {
  const value = Number(text);
  if (text !== '' && value >= 0 && value < 1) return value;
  throw new TypeError(`--sparsity: ${text} is not in [0, 1)`);
}

function gigabytes(text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new TypeError(`--gigabytes: ${text} is not above 0`);
}
