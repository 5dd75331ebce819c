import { BUFFER_USAGE, MAP_READ } from './device.ts';

/** Buffers through which small results leave the card, several at a time. */
export interface ReadBacks {
  /** Adds the copy to a command buffer; call what it gives once that is submitted. */
  copy(encoder: GPUCommandEncoder, buffer: GPUBuffer, bytes: number): () => Promise<ArrayBuffer>;
  free(): void;
}

/** @param spare how many are kept for use again */
export function createReadBacks(device: GPUDevice, size: number, spare: number): ReadBacks {
  const idle: GPUBuffer[] = [];
  const all = new Set<GPUBuffer>();
  const create = () => {
    const usage = BUFFER_USAGE.mapRead | BUFFER_USAGE.copyDestination;
    const buffer = device.createBuffer({ size, usage, label: 'results' });
    all.add(buffer);
    return buffer;
  };
  return {
    copy(encoder, from, bytes) {
      const buffer = idle.pop() ?? create();
      encoder.copyBufferToBuffer(from, 0, buffer, 0, bytes);
      return async () => {
        await buffer.mapAsync(MAP_READ, 0, bytes);
        const content = buffer.getMappedRange(0, bytes).slice(0);
        buffer.unmap();
        if (idle.length < spare) idle.push(buffer);
        else {
          all.delete(buffer);
          buffer.destroy();
        }
        return content;
      };
    },
    free() {
      for (const buffer of all) buffer.destroy();
      all.clear();
      idle.length = 0;
    },
  };
}
