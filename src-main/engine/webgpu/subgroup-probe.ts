import { stepWords } from './batch.ts';
import type { Abilities, Kernel } from './kernel.ts';
import { probeEights, probeTotal } from './kernels/probe.wgsl.ts';
import { createMemory } from './memory.ts';
import { dispatch, submitPass } from './programs.ts';
import { NO_SUBGROUPS, type SubgroupUse } from './sums.ts';

/** Sizes of the workgroups that sum over all their threads. */
const TOTALS = [64, 256];
/** So many: a single sum may come out the same in another order. */
const GROUPS = 32;
const EIGHT_THREADS = 64;
/** What WGSL promises of every subgroup. */
const LEAST_LANES = 4;

const known = new WeakMap<GPUDevice, Promise<SubgroupUse>>();

/**
 * How far sums may rely on the device's subgroups: no further than they give, bit for bit, the sums worked out here. WGSL
 * does not promise everywhere that subgroups are full, nor which threads are neighbours in one; nor does every browser
 * that has the feature understand its shaders alike. @param lanes the smallest size of a subgroup, if the browser tells
 */
export function probeSubgroups(device: GPUDevice, lanes: number | undefined): Promise<SubgroupUse> {
  if (!lanes || lanes < LEAST_LANES) return Promise.resolve(NO_SUBGROUPS);
  let use = known.get(device);
  if (!use) known.set(device, (use = probe(device, lanes)));
  return use;
}

async function probe(device: GPUDevice, lanes: number): Promise<SubgroupUse> {
  for (const threads of TOTALS) {
    const numbers = someNumbers(GROUPS * threads);
    const sums = Array.from({ length: GROUPS }, (_, group) =>
      treeSum(numbers.subarray(group * threads, (group + 1) * threads)),
    );
    const expected = numbers.map((_, i) => sums[Math.floor(i / threads)]);
    if (!(await gives(device, probeTotal(threads), { lanes, holdsEights: false }, numbers, expected)))
      return NO_SUBGROUPS;
  }
  const numbers = someNumbers(8 * EIGHT_THREADS);
  const expected = Float32Array.from({ length: EIGHT_THREADS }, (_, thread) => {
    const neighbours = Array.from({ length: 8 }, (_, i) => thread - (thread % 8) + i);
    return treeSum(Float32Array.from(neighbours, (neighbour) => numbers[8 * neighbour + (thread % 8)]));
  });
  const use = { lanes, holdsEights: true };
  const holdsEights = lanes >= 8 && (await gives(device, probeEights, use, numbers, expected));
  return { lanes, holdsEights };
}

/** Of unlike sizes, so that another order of additions shows. */
const someNumbers = (count: number) => Float32Array.from({ length: count }, (_, i) => Math.sin(i + 1) * 2 ** (i % 11));

/** The tree of `sums.ts`. */
function treeSum(numbers: Float32Array): number {
  const pieces = numbers.slice();
  for (let reach = pieces.length / 2; reach >= 1; reach /= 2)
    for (let i = 0; i < reach; i++) pieces[i] += pieces[i + reach];
  return pieces[0];
}

async function gives(
  device: GPUDevice,
  kernel: Kernel<never, 'numbers' | 'sums'>,
  subgroups: SubgroupUse,
  numbers: Float32Array,
  expected: Float32Array,
): Promise<boolean> {
  const groups = [expected.length / (kernel.workgroup[0] * kernel.workgroup[1]), 1, 1] as const;
  const abilities: Abilities = { halves: 'packed', subgroups };
  const memory = createMemory(device, 'The probe of subgroups');
  try {
    device.pushErrorScope('validation');
    const step = memory.uniform(stepWords({ count: 1 }, 0, null), 'the step');
    const buffers = {
      numbers: memory.upload(numbers, 'plan', 'the numbers'),
      sums: memory.allocate(expected.length, 'plan', 'the sums'),
    };
    submitPass(device, [dispatch({ memory, step, vectors: 1, abilities }, kernel, {}, buffers, () => groups)], 1);
    if (await device.popErrorScope()) return false;
    const sums = new Float32Array(await memory.read(buffers.sums, expected.length));
    return expected.every((sum, i) => sum === sums[i]);
  } catch {
    // Sums do without; a device that was lost is reported by the first step.
    return false;
  } finally {
    memory.freeAll();
  }
}
