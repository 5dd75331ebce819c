/** A compute kernel as text: what it binds, the numbers that stay as they are from step to step, and its body. */
export interface Kernel<Parameter extends string = string, Buffer extends string = string> {
  name: string;
  /** Read in the body as `at.NAME`. */
  parameters: readonly Parameter[];
  /** Parameters that are floats; the others are unsigned. */
  floats?: readonly Parameter[];
  /**
   * Name to access and WGSL type, or one of `ACTIVATIONS`, in the order of their bindings. The body reads activations
   * as `NAMEAt(i)`, or writes them as `setNAME(i, x)`: they may be stored as halves.
   */
  buffers: Record<Buffer, readonly [access: 'read' | 'read_write', type: string]>;
  /** Threads of a workgroup: `local` in the body, or `thread.x` and `thread.y`. */
  workgroup: readonly [number, number];
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

/** Four samples at a time, or one. */
const ACTIVATIONS = ['activations', 'activation numbers'];

export const holdsActivations = (type: string): boolean => ACTIVATIONS.includes(type);

/**
 * Halves are packed by WGSL's own functions, which every WebGPU device has; arithmetic stays in f32. What no half can
 * hold is taken for the largest one, except NaN, so that a diverged run shows.
 */
function accessorsOf(name: string, access: 'read' | 'read_write', type: string, isHalf: boolean): string {
  if (type === 'activation numbers')
    return isHalf
      ? `fn ${name}At(i: u32) -> f32 { return unpack2x16float(${name}[i / 2u])[i % 2u]; }`
      : `fn ${name}At(i: u32) -> f32 { return ${name}[i]; }`;
  if (access === 'read')
    return isHalf
      ? `fn ${name}At(i: u32) -> vec4f {
  let halves = ${name}[i];
  return vec4f(unpack2x16float(halves.x), unpack2x16float(halves.y));
}`
      : `fn ${name}At(i: u32) -> vec4f { return ${name}[i]; }`;
  const setter = `set${name[0].toUpperCase()}${name.slice(1)}`;
  return isHalf
    ? `fn ${setter}(i: u32, x: vec4f) {
  let isNaN = (bitcast<vec4u>(x) & vec4u(0x7fffffffu)) > vec4u(0x7f800000u);
  let h = select(clamp(x, vec4f(-65504), vec4f(65504)), x, isNaN);
  ${name}[i] = vec2u(pack2x16float(h.xy), pack2x16float(h.zw));
}`
    : `fn ${setter}(i: u32, x: vec4f) { ${name}[i] = x; }`;
}

function elementsOf(type: string, isHalf: boolean): string {
  if (!holdsActivations(type)) return type;
  if (type === 'activations') return isHalf ? 'array<vec2u>' : 'array<vec4f>';
  return isHalf ? 'array<u32>' : 'array<f32>';
}

/** The whole WGSL of a kernel. @param halves buffers that hold activations as halves */
export function sourceOf(kernel: Kernel, halves: readonly string[] = []): string {
  const { parameters, floats = [], buffers, workgroup, module = '', body } = kernel;
  const types = parameters.map((name) => [name, floats.includes(name) ? 'f32' : 'u32'] as const);
  const bindings = Object.entries(buffers).map(
    ([name, [access, type]], i) =>
      `@group(0) @binding(${i + 2}) var<storage, ${access}> ${name}: ${elementsOf(type, halves.includes(name))};`,
  );
  const accessors = Object.entries(buffers)
    .filter(([, [, type]]) => holdsActivations(type))
    .map(([name, [access, type]]) => accessorsOf(name, access, type, halves.includes(name)));
  return `struct Step {
${fields(Object.entries(STEP_WORDS))}
}
struct Parameters {
${fields(types.length > 0 ? types : [['unused', 'u32']])}
}
@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<uniform> at: Parameters;
${[...bindings, ...accessors].join('\n')}
${module}
@compute @workgroup_size(${workgroup[0]}, ${workgroup[1]})
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) thread: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  _ = step.count;
  _ = at.${parameters[0] ?? 'unused'};
  _ = groups.x + group.x + thread.x + local;
${body}
}
`;
}

/** Kernels over a list have as many threads as items, in rows of workgroups where one row is not enough. */
export const FLAT_THREADS = 256;
/** First line of their bodies: `i`, which item. */
export const FLAT_INDEX = `  let i = (group.y * groups.x + group.x) * ${FLAT_THREADS}u + local;`;
