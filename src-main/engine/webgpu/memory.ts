import { EngineError } from '../engine.ts';
import { BUFFER_USAGE, MAP_READ } from './device.ts';

type Numbers = Float32Array | Uint32Array;

/** What memory on the card is for, as it reads in a refusal. */
export type Purpose =
  'activations' | 'weights' | 'normalisation' | 'images' | 'batch' | 'gradients' | 'growth' | 'plan';

/** One engine's buffers on the card. */
export interface Memory {
  readonly device: GPUDevice;
  /** Room for `words` numbers of 32 bits, zeros at first. @throws EngineError where the device allows none so large */
  allocate(words: number, purpose: Purpose, label: string): GPUBuffer;
  /** Room for activations as halves, two to a word. */
  allocateHalves(count: number, purpose: Purpose, label: string): GPUBuffer;
  isHalf(buffer: GPUBuffer): boolean;
  upload(values: Numbers, purpose: Purpose, label: string): GPUBuffer;
  /** A small block that kernels read as `var<uniform>`. */
  uniform(words: ArrayBuffer, label: string): GPUBuffer;
  free(buffer: GPUBuffer): void;
  /** What the first `words` numbers hold once all work submitted so far is done. Submits the copy before it returns. */
  read(buffer: GPUBuffer, words: number): Promise<ArrayBuffer>;
  usage(): Readonly<Partial<Record<Purpose, number>>>;
  freeAll(): void;
}

/** WebGPU refuses bindings of no bytes, and counts in words. */
export const LEAST_BYTES = 16;

export function createMemory(device: GPUDevice, network: string): Memory {
  const purposes = new Map<GPUBuffer, Purpose>();
  const halves = new WeakSet<GPUBuffer>();
  const { maxBufferSize, maxStorageBufferBindingSize } = device.limits;
  const largest = Math.min(maxBufferSize, maxStorageBufferBindingSize);

  function allocate(words: number, purpose: Purpose, label: string): GPUBuffer {
    const size = Math.max(LEAST_BYTES, words * 4);
    if (size > largest)
      throw new EngineError(
        `${network} does not fit the GPU: ${label} (${purpose}) need ${megabytes(size)} in one buffer, and the device ` +
          `allows ${megabytes(largest)}. A smaller batch, or a higher sparsity, needs less.`,
      );
    const { storage, copySource, copyDestination } = BUFFER_USAGE;
    const buffer = device.createBuffer({ size, usage: storage | copySource | copyDestination, label });
    purposes.set(buffer, purpose);
    return buffer;
  }

  return {
    device,
    allocate,
    allocateHalves(count, purpose, label) {
      const buffer = allocate(count / 2, purpose, label);
      halves.add(buffer);
      return buffer;
    },
    isHalf: (buffer) => halves.has(buffer),
    upload(values, purpose, label) {
      const buffer = allocate(values.length, purpose, label);
      if (values.length > 0) device.queue.writeBuffer(buffer, 0, values as Uint32Array<ArrayBuffer>);
      return buffer;
    },
    uniform(words, label) {
      const usage = BUFFER_USAGE.uniform | BUFFER_USAGE.copyDestination;
      const buffer = device.createBuffer({ size: Math.max(LEAST_BYTES, words.byteLength), usage, label });
      purposes.set(buffer, 'plan');
      device.queue.writeBuffer(buffer, 0, words);
      return buffer;
    },
    free(buffer) {
      purposes.delete(buffer);
      buffer.destroy();
    },
    async read(buffer, words) {
      if (words === 0) return new ArrayBuffer(0);
      const { mapRead, copyDestination } = BUFFER_USAGE;
      const staging = device.createBuffer({ size: words * 4, usage: mapRead | copyDestination, label: 'read back' });
      const encoder = device.createCommandEncoder();
      encoder.copyBufferToBuffer(buffer, 0, staging, 0, words * 4);
      device.queue.submit([encoder.finish()]);
      try {
        await staging.mapAsync(MAP_READ);
        return staging.getMappedRange().slice(0);
      } finally {
        staging.destroy();
      }
    },
    usage() {
      const bytes: Partial<Record<Purpose, number>> = {};
      for (const [buffer, purpose] of purposes) bytes[purpose] = (bytes[purpose] ?? 0) + buffer.size;
      return bytes;
    },
    freeAll() {
      for (const buffer of purposes.keys()) buffer.destroy();
      purposes.clear();
    },
  };
}

const megabytes = (bytes: number) => `${(bytes / 2 ** 20).toLocaleString('en', { maximumFractionDigits: 1 })} MiB`;
