import type { SharedMemory } from '../shared-memory.ts';

/** Activations, or their gradients, `[tile][features][TILE]`. */
export interface Tensor {
  features: number;
  values: number;
  /** 0 where no gradient flows this far back. */
  gradients: number;
  /** True where values came through a ReLU: the operation that reads them masks the gradient it leaves. */
  rectified: boolean;
}

/** One operation of the plan: a descriptor in shared memory, written anew when what it points to has moved. */
export interface Operation {
  readonly address: number;
  describe(): void;
}

/** Words by their index in `layout.ts`; those left out are 0. */
export type Words = Record<number, number>;

export function createOperation(shared: SharedMemory, kind: number, length: number, words: () => Words): Operation {
  const address = shared.allocate(length * 4, 'plan');
  const describe = () => {
    const view = shared.words(address, length);
    view[0] = kind;
    for (const [index, value] of Object.entries(words())) view[Number(index)] = value;
  };
  describe();
  return { address, describe };
}
