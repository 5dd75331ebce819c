import { OPERATION_INPUT, OPERATION_KIND, OPERATION_OUTPUT } from '../kernels/layout.ts';
import type { SharedMemory } from '../shared-memory.ts';
import type { Tensor } from '../tensor.ts';

/** One operation of the plan: a descriptor in shared memory, written anew when what it points to has moved. */
export interface Operation {
  readonly address: number;
  describe(): void;
}

/** Words by their index in `layout.ts`; those left out are 0. */
export type Words = Record<number, number>;

/** @param input,output null where an operation has none */
export function createOperation(
  shared: SharedMemory,
  kind: number,
  length: number,
  input: Tensor | null,
  output: Tensor | null,
  words: () => Words,
): Operation {
  const address = shared.allocate(length * 4, 'plan');
  const describe = () => {
    const view = shared.words(address, length);
    view[OPERATION_KIND] = kind;
    view[OPERATION_INPUT] = input?.address ?? 0;
    view[OPERATION_OUTPUT] = output?.address ?? 0;
    for (const [index, value] of Object.entries(words())) view[Number(index)] = value;
  };
  describe();
  return { address, describe };
}

/** A float as the word that the kernels read it from. */
export function wordOf(value: number): number {
  return new Uint32Array(Float32Array.of(value).buffer)[0];
}
