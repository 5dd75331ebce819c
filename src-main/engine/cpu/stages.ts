import {
  STAGE_FORWARD,
  STAGE_FORWARD_BACKWARD,
  STAGE_GRADIENT,
  STAGE_GROWTH,
  STAGE_GROWTH_SEARCH,
  STAGE_ITEMS,
  STAGE_KIND,
  STAGE_OPERATIONS,
  STAGE_OPERATION_COUNT,
  STAGE_STEP,
  STAGE_UPDATE,
  STAGE_WORDS,
} from './kernels/layout.ts';
import type { Kernels } from './kernels.ts';
import type { Operation } from './operations/operation.ts';
import type { SharedMemory } from './shared-memory.ts';
import type { ThreadTeam } from './threads.ts';

/** The kinds of work that the team does together, each one fork and join. */
export interface Stages {
  /** Forward through `tiles` tiles and, where `backward`, back to the gradients of all activations. */
  runTiles(tiles: number, backward: boolean): Promise<void> | void;
  /** Weight gradients and optimiser step of all operations. */
  update(): Promise<void> | void;
  /** Weight gradients of one operation, into the arrays that its descriptor names. */
  gradients(operation: Operation): Promise<void> | void;
  searchGrowth(growth: number, blocks: number): Promise<void> | void;
}

export function createStages(
  shared: SharedMemory,
  kernels: Kernels,
  team: ThreadTeam,
  operations: Operation[],
  step: number,
): Stages {
  const list = shared.allocate(operations.length * 4, 'plan');
  operations.forEach((operation, i) => (shared.words(list, operations.length)[i] = operation.address));
  const stage = shared.allocate(STAGE_WORDS * 4, 'plan');

  function prepare(kind: number, first: number, count: number): Uint32Array {
    const words = shared.words(stage, STAGE_WORDS);
    words[STAGE_KIND] = kind;
    words[STAGE_OPERATIONS] = list + first * 4;
    words[STAGE_OPERATION_COUNT] = count;
    words[STAGE_STEP] = step;
    return words;
  }

  function runByRows(kind: number, first: number, count: number): Promise<void> | void {
    prepare(kind, first, count)[STAGE_ITEMS] = kernels.countRowBlocks(stage);
    return team.run(stage);
  }

  return {
    runTiles(tiles, backward) {
      prepare(backward ? STAGE_FORWARD_BACKWARD : STAGE_FORWARD, 0, operations.length)[STAGE_ITEMS] = tiles;
      return team.run(stage);
    },
    update: () => runByRows(STAGE_UPDATE, 0, operations.length),
    gradients: (operation) => runByRows(STAGE_GRADIENT, operations.indexOf(operation), 1),
    searchGrowth(growth, blocks) {
      const words = prepare(STAGE_GROWTH_SEARCH, 0, 0);
      words[STAGE_GROWTH] = growth;
      words[STAGE_ITEMS] = blocks;
      return team.run(stage);
    },
  };
}
