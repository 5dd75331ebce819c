import { decodeCheckpoint } from '../../training/checkpoint.ts';
import type { Checkpoints } from '../checkpoints.ts';
import type { MaskLayerRow } from '../mask-frames.ts';
import { attempt, type Findings } from './findings.ts';

/** Reads every kept checkpoint of a run against its SHA-256 and decodes it. @returns the steps of those that are sound */
export function verifyCheckpoints(
  checkpoints: Checkpoints,
  run: number,
  layers: readonly MaskLayerRow[],
  findings: Findings,
): number[] {
  const sound: number[] = [];
  for (const { step, epoch, content } of checkpoints.files(run)) {
    const whose = `the checkpoint at epoch ${epoch} (step ${step})`;
    const before = findings.damage.length;
    attempt(findings, 'checkpoints', () => {
      if (typeof content === 'string') throw new Error(`${whose}, ${content}`);
      const { progress } = decodeCheckpoint(content, () => layers);
      if (progress.step !== step) throw new Error(`${whose} holds step ${progress.step}`);
    });
    if (findings.damage.length === before) sound.push(step);
  }
  return sound;
}
