import * as layout from './kernels/layout.ts';
import type { Operation } from './operations/operation.ts';
import type { Tensor } from './tensor.ts';

/** One operation's part of a step. */
export type Task = StripTask | ChannelTask | FusedTask;

export interface StripTask {
  operation: Operation;
  verb: number;
  /** Whose image rows it goes by. */
  along: Tensor;
  /** Whether a strip needs nothing of what other items of the same stage leave. */
  local: boolean;
}

export interface ChannelTask {
  operation: Operation;
  verb: number;
  channels: number;
}

/** By blocks of the operation's turned rows, however many these are when it runs. */
export interface FusedTask {
  operation: Operation;
  verb: typeof layout.VERB_BACKWARD_UPDATE;
}

/** Tasks that follow each other without waiting for other threads in between. */
export interface PlannedStage {
  kind: number;
  tasks: Task[];
  /** Work items of a tile for strips, of the stage for channels; 0 where they are counted when it runs. */
  items: number;
}

/** As few stages as the tasks' order allows: threads wait for each other only between stages. */
export function arrangeStages(tasks: Task[]): PlannedStage[] {
  const stages: PlannedStage[] = [];
  for (const task of tasks) {
    if ('channels' in task) {
      stages.push({
        kind: layout.STAGE_CHANNELS,
        tasks: [task],
        items: Math.ceil(task.channels / layout.NORM_BLOCK),
      });
      continue;
    }
    if (!('along' in task)) {
      stages.push({ kind: layout.STAGE_FUSED, tasks: [task], items: 0 });
      continue;
    }
    const { strips } = task.along;
    const last = stages.at(-1);
    const joins = last?.kind === layout.STAGE_STRIPS && last.items === strips && (strips === 1 || task.local);
    if (joins) last.tasks.push(task);
    else stages.push({ kind: layout.STAGE_STRIPS, tasks: [task], items: strips });
  }
  return stages;
}

/** First image row of a strip, as the kernels cut a tensor. */
const rowOf = ({ shape: [height], strips }: Tensor, strip: number) => Math.floor((strip * height) / strips);

/** Whether windows of `size`, `size` apart, never cross from one strip to the next. */
export function windowsStayInStrips(input: Tensor, output: Tensor, size: number): boolean {
  if (input.strips !== output.strips) return false;
  return Array.from({ length: input.strips }, (_, strip) => strip).every(
    (strip) => rowOf(input, strip) === rowOf(output, strip) * size,
  );
}
