import { accessorOf, elementsOf, type Halves, holdsActivations } from './activation-storage.ts';
import { isShuffled, type SubgroupUse, type Sum, sumOf } from './sums.ts';

/** A compute kernel as text: what it binds, the numbers that stay as they are from step to step, and its body. */
export interface Kernel<Parameter extends string = string, Buffer extends string = string> {
  name: string;
  /** Read in the body as `at.NAME`. */
  parameters: readonly Parameter[];
  /** Parameters that are floats; the others are unsigned. */
  floats?: readonly Parameter[];
  /**
   * Name to access and WGSL type, in the order of their bindings. Or `activations` (four samples at a time) or
   * `activation numbers`: the body reads them as `NAMEAt(i)` and writes them as `setNAME(i, x)`, since they may be
   * stored as halves.
   */
  buffers: Record<Buffer, readonly [access: 'read' | 'read_write', type: string]>;
  /** Threads of a workgroup: `local` in the body, or `thread.x` and `thread.y`. */
  workgroup: readonly [number, number];
  /** What the body sums over threads, by `total` or `totalOfEight`: see `sums.ts`. */
  sum?: Sum;
  /** Functions and workgroup variables. */
  module?: string;
  body: string;
}

/** What changes from step to step, as every kernel sees it (`step.NAME`). */
export const STEP_WORDS = {
  count: 'u32',
  /** Samples rounded up to a multiple of 32: those beyond `count` only fill up. */
  lanes: 'u32',
  /** Vectors of four samples. */
  vectors: 'u32',
  training: 'u32',
  nesterov: 'u32',
  dropoutSeed: 'u32',
  learningRate: 'f32',
  momentum: 'f32',
  weightDecay: 'f32',
  labelSmoothing: 'f32',
  perSample: 'f32',
  /** Of the own label in the loss; 1 where nothing is mixed. */
  ownShare: 'f32',
} as const;

const fields = (entries: readonly (readonly [string, string])[]) =>
  entries.map(([name, type]) => `  ${name}: ${type},`).join('\n');

/** Which of a device's optional features kernels are written for. */
export interface Abilities {
  halves: Halves;
  subgroups: SubgroupUse;
}

/** The whole WGSL of a kernel. @param halves buffers that hold activations as halves */
export function sourceOf(kernel: Kernel, halves: readonly string[], abilities: Abilities): string {
  const { parameters, floats = [], buffers, workgroup, sum, module = '', body } = kernel;
  const types = parameters.map((name) => [name, floats.includes(name) ? 'f32' : 'u32'] as const);
  const storageOf = (name: string) => (halves.includes(name) ? abilities.halves : null);
  const bindings = Object.entries(buffers).map(
    ([name, [access, type]], i) =>
      `@group(0) @binding(${i + 2}) var<storage, ${access}> ${name}: ${elementsOf(type, storageOf(name))};`,
  );
  const accessors = Object.entries(buffers)
    .filter(([, [, type]]) => holdsActivations(type))
    .map(([name, [access, type]]) => accessorOf(name, access, type, storageOf(name)));
  const shuffles = sum !== undefined && isShuffled(sum, abilities.subgroups);
  const enabled = [halves.length > 0 && abilities.halves === 'native' && 'f16', shuffles && 'subgroups'].filter(
    Boolean,
  );
  return `${enabled.map((name) => `enable ${name};\n`).join('')}struct Step {
${fields(Object.entries(STEP_WORDS))}
}
struct Parameters {
${fields(types.length > 0 ? types : [['unused', 'u32']])}
}
@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<uniform> at: Parameters;
${[...bindings, ...accessors].join('\n')}
${sum ? sumOf(sum, workgroup[0] * workgroup[1], abilities.subgroups) : ''}
${module}
@compute @workgroup_size(${workgroup[0]}, ${workgroup[1]})
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) thread: vec3u,
  @builtin(local_invocation_index) local: u32,${shuffles ? '\n  @builtin(subgroup_invocation_id) lane: u32,' : ''}
) {
  _ = step.count;
  _ = at.${parameters[0] ?? 'unused'};
  _ = groups.x + group.x + thread.x + local;
${sum && !shuffles ? '  let lane = 0u;' : ''}
${body}
}
`;
}

/** Kernels over a list have as many threads as items, in rows of workgroups where one row is not enough. */
export const FLAT_THREADS = 256;
/** First line of their bodies: `i`, which item. */
export const FLAT_INDEX = `  let i = (group.y * groups.x + group.x) * ${FLAT_THREADS}u + local;`;
