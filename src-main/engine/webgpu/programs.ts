import { EngineError } from '../engine.ts';
import { holdsActivations } from './activation-storage.ts';
import { MOST_WORKGROUPS } from './device.ts';
import { type Abilities, FLAT_THREADS, type Kernel, sourceOf } from './kernel.ts';
import type { Memory } from './memory.ts';

/** One kernel bound to its buffers, ready for any number of steps. */
export interface Dispatch {
  label: string;
  pipeline: GPUComputePipeline;
  bindings: GPUBindGroup;
  /** Its own; freed with it. */
  parameters: GPUBuffer;
  /** Workgroups in each direction for so many vectors of four samples. */
  groups(vectors: number): readonly [number, number, number];
}

interface Program {
  pipeline: GPUComputePipeline;
  layout: GPUBindGroupLayout;
}

/** Pipelines stay as long as their device: all engines on it share them. */
const programs = new WeakMap<GPUDevice, Map<string, Program>>();

function programOf(device: GPUDevice, kernel: Kernel, halves: readonly string[], abilities: Abilities): Program {
  let known = programs.get(device);
  if (!known) programs.set(device, (known = new Map<string, Program>()));
  const code = sourceOf(kernel, halves, abilities);
  let program = known.get(code);
  if (!program) known.set(code, (program = compile(device, kernel, code)));
  return program;
}

const COMPUTE_STAGE = 4;

function compile(device: GPUDevice, kernel: Kernel, code: string): Program {
  const buffer = (type: GPUBufferBindingType) => ({ visibility: COMPUTE_STAGE, buffer: { type } });
  const layout = device.createBindGroupLayout({
    label: kernel.name,
    entries: [
      { binding: 0, ...buffer('uniform') },
      { binding: 1, ...buffer('uniform') },
      ...Object.values(kernel.buffers).map(([access], i) => ({
        binding: i + 2,
        ...buffer(access === 'read' ? 'read-only-storage' : 'storage'),
      })),
    ],
  });
  const pipeline = device.createComputePipeline({
    label: kernel.name,
    layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
    compute: { module: device.createShaderModule({ label: kernel.name, code }), entryPoint: 'main' },
  });
  return { pipeline, layout };
}

/** What dispatches of one engine have in common. */
export interface Binder {
  readonly memory: Memory;
  /** Read by all kernels; see STEP_WORDS. */
  readonly step: GPUBuffer;
  /** Of four samples, of the largest batch. */
  readonly vectors: number;
  readonly abilities: Abilities;
}

export function dispatch<Parameter extends string, Buffer extends string>(
  { memory, step, vectors, abilities }: Binder,
  kernel: Kernel<Parameter, Buffer>,
  parameters: Record<Parameter, number>,
  buffers: Record<Buffer, GPUBuffer>,
  groups: Dispatch['groups'],
): Dispatch {
  const most = Math.max(...groups(vectors));
  if (most > MOST_WORKGROUPS)
    throw new EngineError(
      `This network does not fit the GPU: ${kernel.name} would take ${most} workgroups in one direction, and WebGPU ` +
        `allows ${MOST_WORKGROUPS}`,
    );
  const names = Object.keys(kernel.buffers) as Buffer[];
  const halves = names.filter((name) => memory.isHalf(buffers[name]));
  const misread = halves.find((name) => !holdsActivations(kernel.buffers[name][1]));
  if (misread) throw new EngineError(`${kernel.name} would read the halves in ${misread} as something else`);
  const { pipeline, layout } = programOf(memory.device, kernel, halves, abilities);
  const words = new ArrayBuffer(Math.max(1, kernel.parameters.length) * 4);
  kernel.parameters.forEach((name, i) => {
    if (kernel.floats?.includes(name)) new Float32Array(words)[i] = parameters[name];
    else new Uint32Array(words)[i] = parameters[name];
  });
  const uniform = memory.uniform(words, kernel.name);
  const bound = [step, uniform, ...names.map((name) => buffers[name])];
  const bindings = memory.device.createBindGroup({
    label: kernel.name,
    layout,
    entries: bound.map((buffer, binding) => ({ binding, resource: { buffer } })),
  });
  return { label: kernel.name, pipeline, bindings, parameters: uniform, groups };
}

/** Workgroups for a list of so many items, as FLAT_INDEX counts them. */
export function flatGroups(items: number): readonly [number, number, number] {
  return spreadGroups(Math.ceil(items / FLAT_THREADS));
}

/** So many workgroups in two directions; some of the last row may be too many. */
export function spreadGroups(count: number): readonly [number, number, number] {
  const rows = Math.ceil(count / MOST_WORKGROUPS);
  return [Math.ceil(count / Math.max(1, rows)), rows, 1];
}

/** Adds one compute pass with the dispatches in order: each sees what those before it wrote. */
export function encodePass(encoder: GPUCommandEncoder, dispatches: Iterable<Dispatch>, vectors: number): void {
  const pass = encoder.beginComputePass();
  for (const { pipeline, bindings, groups } of dispatches) {
    const [x, y, z] = groups(vectors);
    if (x * y * z === 0) continue;
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bindings);
    pass.dispatchWorkgroups(x, y, z);
  }
  pass.end();
}

export function submitPass(device: GPUDevice, dispatches: Iterable<Dispatch>, vectors: number): void {
  const encoder = device.createCommandEncoder();
  encodePass(encoder, dispatches, vectors);
  device.queue.submit([encoder.finish()]);
}
