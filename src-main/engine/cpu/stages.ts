import {
  STAGE_FUSED,
  STAGE_GRADIENT,
  STAGE_GROWTH,
  STAGE_GROWTH_SEARCH,
  STAGE_ITEMS,
  STAGE_KIND,
  STAGE_REWIRE,
  STAGE_STEP,
  STAGE_STRIPS,
  STAGE_STRIPS_A_TILE,
  STAGE_TASKS,
  STAGE_TASK_COUNT,
  STAGE_UPDATE,
  STAGE_WORDS,
  STEP_SCRATCH,
  STEP_SCRATCH_STRIDE,
  STEP_WORDS,
  TASK_WORDS,
} from './kernels/layout.ts';
import type { Kernels } from './kernels.ts';
import type { PlannedLayer } from './layers.ts';
import type { Operation } from './operations/operation.ts';
import type { Plan } from './plan.ts';
import type { PlannedStage } from './schedule.ts';
import type { SharedMemory } from './shared-memory.ts';
import type { ThreadTeam } from './threads.ts';

/** The kinds of work that the team does together, each of one or more forks and joins. */
export interface Stages {
  /** Forward through `tiles` tiles, and back to the gradients of all activations; fused layers make their step. */
  train(tiles: number): Promise<void>;
  evaluate(tiles: number): Promise<void>;
  /** Weight gradients and optimiser step of all weight layers that are not fused. */
  update(): Promise<void> | void;
  /** Weight gradients of one weight layer, into the arrays that its descriptor names. */
  gradients(operation: Operation): Promise<void> | void;
  /** The same of some of its blocks of rows. */
  gradientBlocks(operation: Operation, first: number, end: number): Promise<void> | void;
  searchGrowth(growth: number, blocks: number): Promise<void> | void;
  /** Jobs of `rewireLayer`, each by one thread: the longest should come first. */
  rewire(jobs: readonly number[]): Promise<void>;
}

export function createStages(
  shared: SharedMemory,
  kernels: Kernels,
  team: ThreadTeam,
  plan: Plan,
  step: number,
): Stages {
  /** A stage's block in shared memory. */
  function create(kind: number, tasks: { address: number; verb: number }[]): number {
    const list = shared.allocate(tasks.length * TASK_WORDS * 4, 'plan');
    const listed = shared.words(list, tasks.length * TASK_WORDS);
    tasks.forEach(({ address, verb }, i) => listed.set([address, verb], i * TASK_WORDS));
    const stage = shared.allocate(STAGE_WORDS * 4, 'plan');
    const words = shared.words(stage, STAGE_WORDS);
    words[STAGE_KIND] = kind;
    words[STAGE_TASKS] = list;
    words[STAGE_TASK_COUNT] = tasks.length;
    words[STAGE_STEP] = step;
    return stage;
  }

  const stepWords = shared.words(step, STEP_WORDS);
  stepWords[STEP_SCRATCH] = plan.scratch.address;
  stepWords[STEP_SCRATCH_STRIDE] = plan.scratch.stride;
  const createPass = (stages: PlannedStage[]) =>
    stages.map(({ kind, tasks, items }) => {
      const stage = create(
        kind,
        tasks.map(({ operation, verb }) => ({ address: operation.address, verb })),
      );
      shared.words(stage, STAGE_WORDS)[STAGE_STRIPS_A_TILE] = items;
      return { stage, kind, items };
    });

  const training = createPass(plan.training);
  const evaluation = createPass(plan.evaluation);
  const weightTask = ({ operation }: PlannedLayer) => ({ address: operation.address, verb: 0 });
  const update = create(STAGE_UPDATE, plan.layers.filter(({ fused }) => !fused).map(weightTask));
  const gradients = new Map(plan.layers.map((layer) => [layer.operation, create(STAGE_GRADIENT, [weightTask(layer)])]));
  const growthSearch = create(STAGE_GROWTH_SEARCH, []);

  function itemsOf(stage: number, kind: number, items: number, tiles: number): number {
    if (kind === STAGE_FUSED) return kernels.countRowBlocks(stage);
    return kind === STAGE_STRIPS ? items * tiles : items;
  }

  async function runPass(pass: typeof training, tiles: number): Promise<void> {
    for (const { stage, kind, items } of pass) {
      shared.words(stage, STAGE_WORDS)[STAGE_ITEMS] = itemsOf(stage, kind, items, tiles);
      const waiting = team.run(stage);
      if (waiting) await waiting;
    }
  }

  function runByRows(stage: number): Promise<void> | void {
    shared.words(stage, STAGE_WORDS)[STAGE_ITEMS] = kernels.countRowBlocks(stage);
    return team.run(stage);
  }

  return {
    train: (tiles) => runPass(training, tiles),
    evaluate: (tiles) => runPass(evaluation, tiles),
    update: () => runByRows(update),
    gradients: (operation) => runByRows(gradients.get(operation)!),
    gradientBlocks(operation, first, end) {
      const stage = gradients.get(operation)!;
      shared.words(stage, STAGE_WORDS)[STAGE_ITEMS] = end;
      return team.run(stage, first);
    },
    searchGrowth(growth, blocks) {
      const words = shared.words(growthSearch, STAGE_WORDS);
      words[STAGE_GROWTH] = growth;
      words[STAGE_ITEMS] = blocks;
      return team.run(growthSearch);
    },
    async rewire(jobs) {
      const stage = create(
        STAGE_REWIRE,
        jobs.map((address) => ({ address, verb: 0 })),
      );
      const tasks = shared.words(stage, STAGE_WORDS)[STAGE_TASKS];
      shared.words(stage, STAGE_WORDS)[STAGE_ITEMS] = jobs.length;
      try {
        await team.run(stage);
      } finally {
        [stage, tasks].forEach((address) => shared.free(address));
      }
    },
  };
}
