import { openWebGpuEngine } from '../../../src-main/engine/webgpu/index.ts';
import { median, say } from '../printing.ts';
import { caseShape, type GpuCase } from './cases.ts';
import { gpuOpening, randomBatch } from './opening.ts';
import type { GpuBenchOptions } from './options.ts';
import type { Peer, PeerMode } from './peer.ts';
import { timeSteps } from './timing.ts';
import { workOf } from './work.ts';

export interface Row {
  case: GpuCase;
  sparsity: number;
  batch: number;
  /** Forward, backward and update. */
  millisecondsPerStep: number;
  /** Multiplications and additions with active weights. */
  flopsPerSecond: number;
  /** Of operands, each counted once; see `work.ts`. */
  bytesPerSecond: number;
  /** The peer's at this density; empty where there is none, or it refuses. */
  peer: Partial<Record<PeerMode, number>>;
}

/** As the peer: nothing decays to zero, and weights move. */
const STEP = { learningRate: 1e-3, momentum: 0.9, nesterov: true, weightDecay: 5e-4, dropoutSeed: 1 };

/** One case at every sparsity. Both sides take turns, so that both see the card in the same moods; medians over rounds. */
export async function measureCase(
  name: GpuCase,
  device: GPUDevice,
  peer: Peer | null,
  isSoftware: boolean,
  { sparsities, rounds, seconds }: Pick<GpuBenchOptions, 'sparsities' | 'rounds' | 'seconds'>,
): Promise<Row[]> {
  const shape = caseShape(name, isSoftware);
  const rows: Row[] = [];
  for (const sparsity of sparsities) {
    say(`${shape.title}, batch ${shape.batch}, sparsity ${sparsity}`);
    const opening = gpuOpening(shape, sparsity);
    const batch = randomBatch(opening);
    const engine = await openWebGpuEngine(opening, { device });
    const ours: number[] = [];
    const theirs: Partial<Record<PeerMode, number[]>> = {};
    const modes: PeerMode[] = sparsity === 0 ? ['fp32', 'tf32'] : ['masked'];
    try {
      for (let round = 0; round < rounds; round++) {
        ours.push(await timeSteps(() => engine.trainStep(batch, STEP), seconds));
        if (!peer) continue;
        for (const mode of modes) {
          const milliseconds = await timePeer(peer, shape, mode, sparsity, seconds);
          if (milliseconds !== null) (theirs[mode] ??= []).push(milliseconds);
        }
      }
    } finally {
      await engine.close();
    }
    const { flops, bytes } = workOf(opening);
    const millisecondsPerStep = median(ours);
    rows.push({
      case: name,
      sparsity,
      batch: shape.batch,
      millisecondsPerStep,
      flopsPerSecond: flops / (millisecondsPerStep / 1000),
      bytesPerSecond: bytes / (millisecondsPerStep / 1000),
      peer: Object.fromEntries(Object.entries(theirs).map(([mode, found]) => [mode, median(found)])),
    });
  }
  return rows;
}

async function timePeer(
  peer: Peer,
  shape: ReturnType<typeof caseShape>,
  mode: PeerMode,
  sparsity: number,
  seconds: number,
): Promise<number | null> {
  try {
    return await peer.time(shape, mode, 1 - sparsity, seconds);
  } catch (error) {
    // Of memory that is too small for PyTorch this side's numbers are none the worse.
    say(error instanceof Error ? error.message : String(error));
    return null;
  }
}
