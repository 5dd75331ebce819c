/**
 * Sums over the threads of a workgroup, the same tree of additions in either way: through workgroup memory alone, or with
 * its last levels as shuffles inside subgroups. So both give the same bits, whatever the size of a subgroup is.
 */

/** A number of each thread over the whole workgroup, or eight numbers of each thread over eight neighbours. */
export type Sum = 'f32' | 'vec3u' | 'eights';

/** How a device's subgroups are used. */
export interface SubgroupUse {
  /** Threads that a shuffle may span: the smallest size of a subgroup; 0 where none is used. */
  lanes: number;
  /** Whether any eight neighbours by local index are neighbours in a subgroup too. */
  holdsEights: boolean;
}

export const NO_SUBGROUPS: SubgroupUse = { lanes: 0, holdsEights: false };

/** Whether that sum takes shuffles. */
export const isShuffled = (sum: Sum, { lanes, holdsEights }: SubgroupUse): boolean =>
  sum === 'eights' ? holdsEights : lanes > 0;

/**
 * `total(value, local, lane)` gives every thread the sum; `totalOfEight(numbers, local, lane)` gives thread i of eight
 * the sum of their i-th numbers. All threads have to call it.
 */
export function sumOf(sum: Sum, threads: number, use: SubgroupUse): string {
  if (sum === 'eights') return use.holdsEights ? SHUFFLED_EIGHTS : eightsInMemory(threads);
  return `var<workgroup> pieces: array<${sum}, ${threads}>;
fn total(value: ${sum}, local: u32, lane: u32) -> ${sum} {
  workgroupBarrier();
  pieces[local] = value;
${use.lanes > 0 ? shuffledTotal(threads, use.lanes) : totalInMemory(threads)}
}`;
}

const levels = (threads: number, least: number) => `
  for (var reach = ${threads / 2}u; reach >= ${least}u; reach /= 2u) {
    workgroupBarrier();
    if (local < reach) { pieces[local] += pieces[local + reach]; }
  }
  workgroupBarrier();`;

const totalInMemory = (threads: number) => `${levels(threads, 1)}
  return pieces[0];`;

/** Pieces that a thread takes from workgroup memory at most, between the levels there and the shuffles. */
const MOST_PIECES = 8;

/**
 * Every subgroup adds all pieces up, by its own numbering of its threads: so the order stays the same however a driver
 * hands threads to subgroups, and no thread has to be given the sum.
 */
function shuffledTotal(threads: number, lanes: number): string {
  const left = Math.min(threads, MOST_PIECES * lanes);
  const pieces = Math.max(1, left / lanes);
  const width = Math.min(left, lanes);
  return `${levels(threads, left)}
  var sum = ${tree((i) => `pieces[lane % ${width}u + ${i * width}u]`, pieces)};
${halvesOf(width)
  .map((reach) => `  sum += subgroupShuffleXor(sum, ${reach}u);`)
  .join('\n')}
  return sum;`;
}

/** 8 gives 4, 2, 1. */
const halvesOf = (size: number): number[] => (size > 1 ? [size / 2, ...halvesOf(size / 2)] : []);

/** The additions of `levels` as one expression. */
function tree(term: (i: number) => string, count: number): string {
  const value = (i: number, of: number): string =>
    of === count ? term(i) : `(${value(i, 2 * of)} + ${value(i + of, 2 * of)})`;
  return value(0, 1);
}

const EIGHT = 'array<f32, 8>';

const eightsInMemory = (threads: number) => `var<workgroup> pieces: array<f32, ${8 * threads}>;
fn totalOfEight(numbers: ${EIGHT}, local: u32, lane: u32) -> f32 {
  let first = local / 8u * 64u;
${[0, 1, 2, 3, 4, 5, 6, 7].map((i) => `  pieces[first + ${8 * i}u + local % 8u] = numbers[${i}];`).join('\n')}
  workgroupBarrier();
  let own = 8u * local;
  return ${tree((i) => `pieces[own + ${i}u]`, 8)};
}`;

/** Of each pair of threads one goes on with half of the numbers, the other with the other half. */
const SHUFFLED_EIGHTS = `fn totalOfEight(numbers: ${EIGHT}, local: u32, lane: u32) -> f32 {
  var n = numbers;
${[4, 2, 1]
  .map(
    (reach) => `  let isUpper${reach} = (lane & ${reach}u) != 0u;
${Array.from({ length: reach }, (_, i) => {
  const [lower, upper] = [`n[${i}]`, `n[${i + reach}]`];
  const own = `select(${lower}, ${upper}, isUpper${reach})`;
  return `  ${lower} = ${own} + subgroupShuffleXor(select(${upper}, ${lower}, isUpper${reach}), ${reach}u);`;
}).join('\n')}`,
  )
  .join('\n')}
  return n[0];
}`;
