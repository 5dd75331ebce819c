import type { Kernel } from '../kernel.ts';

const BUFFERS = { numbers: ['read', 'array<f32>'], sums: ['read_write', 'array<f32>'] } as const;

/** In every workgroup the sum of a number of each thread, as each thread has it. */
export const probeTotal = (threads: number) =>
  ({
    name: `probe-total-${threads}`,
    parameters: [],
    buffers: BUFFERS,
    workgroup: [threads, 1],
    sum: 'f32',
    body: `
  let own = group.x * ${threads}u + local;
  sums[own] = total(numbers[own], local, lane);`,
  }) as const satisfies Kernel;

/** In the shape of the kernel that takes such sums: drivers may number the threads of others otherwise. */
export const probeEights = {
  name: 'probe-eights',
  parameters: [],
  buffers: BUFFERS,
  workgroup: [8, 8],
  sum: 'eights',
  body: `
  let first = 8u * local;
  sums[local] = totalOfEight(array(${[0, 1, 2, 3, 4, 5, 6, 7].map((i) => `numbers[first + ${i}u]`).join(', ')}), local, lane);`,
} as const satisfies Kernel;
