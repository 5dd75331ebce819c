import { parseArgs } from 'node:util';
import { GPU_CASES, type GpuCase } from './cases.ts';

export const GPU_USAGE = `gpu [--case ${GPU_CASES.join(' | ')}] [--sparsity N] [--rounds N] [--seconds N] [--json] [--software]
  forward, backward and update on the graphics card, against its own copy and GEMM ceilings, and against PyTorch
  where python3 has it with CUDA
  --rounds N     turns of each side (3)
  --seconds N    how long a turn is (1)
  --python FILE  the Python that has PyTorch (python3, then /usr/bin/python3)
  --software     small shapes on a software adapter such as SwiftShader: a test of the benchmark, not a measurement`;

const SPARSITIES = [0, 0.8, 0.9, 0.95, 0.98];

export interface GpuBenchOptions {
  cases: readonly GpuCase[];
  sparsities: number[];
  rounds: number;
  seconds: number;
  pythons: string[];
  json: boolean;
  software: boolean;
  /** Where the folder for another machine is to be made. */
  pack: string | null;
  help: boolean;
}

/** @throws TypeError saying which argument is wrong */
export function readGpuOptions(args: string[]): GpuBenchOptions {
  const { values } = parseArgs({
    args,
    options: {
      case: { type: 'string' },
      sparsity: { type: 'string' },
      rounds: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '1' },
      python: { type: 'string' },
      json: { type: 'boolean', default: false },
      software: { type: 'boolean', default: false },
      pack: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const [rounds, seconds] = [Number(values.rounds), Number(values.seconds)];
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new TypeError(`--rounds: ${values.rounds} is not a whole number from 1`);
  if (!(seconds > 0 && seconds <= 60)) throw new TypeError(`--seconds: ${values.seconds} is not in (0, 60]`);
  const only = GPU_CASES.find((name) => name === values.case);
  if (values.case !== undefined && !only)
    throw new TypeError(`--case: there is no ${values.case}; there are ${GPU_CASES.join(', ')}`);
  const sparsity = values.sparsity === undefined ? null : Number(values.sparsity);
  if (sparsity !== null && !(sparsity >= 0 && sparsity < 1))
    throw new TypeError(`--sparsity: ${values.sparsity} is not in [0, 1)`);
  return {
    cases: only ? [only] : GPU_CASES,
    sparsities: sparsity === null ? SPARSITIES : [sparsity],
    rounds,
    seconds,
    pythons: values.python === undefined ? ['python3', '/usr/bin/python3'] : [values.python],
    json: values.json,
    software: values.software,
    pack: values.pack ?? null,
    help: values.help,
  };
}
