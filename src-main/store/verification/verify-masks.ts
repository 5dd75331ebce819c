import { createRankedSet } from '../../topology/active-set.ts';
import { replayUpdate } from '../../topology/history.ts';
import { unpackBits } from '../bits.ts';
import { StoreError } from '../errors.ts';
import { hasKeyFrame, type MaskFrames, type MaskLayerRow } from '../mask-frames.ts';
import { attempt, type Findings } from './findings.ts';

/** Follows the checksums of every layer, decodes every frame, and compares what the updates lead to with the key frames. */
export function verifyMasks(frames: MaskFrames, run: number, findings: Findings): void {
  attempt(findings, 'masks', () => {
    const last = frames.lastUpdate(run);
    if (last === null) return;
    attempt(findings, 'masks', () => void frames.updates(run));
    for (const row of frames.layersOf(run)) {
      attempt(findings, 'masks', () => verifyLayer(frames, run, row, last));
      if (row.chained_from === 0) continue;
      const until = row.chained_from === null ? '' : ` before update ${row.chained_from}`;
      const text = `layer ${row.layer} (${row.name}): what was stored${until} before data version 90 has no checksum`;
      findings.unchecked.push({ part: 'masks', text });
    }
  });
}

/** @throws StoreError `damaged` */
function verifyLayer(frames: MaskFrames, run: number, row: MaskLayerRow, last: number): void {
  const size = row.outputs * row.inputs;
  const active = createRankedSet(frames.keyPositions(run, row, 0), size);
  let next = 1;
  const checkKeyFramesBefore = (end: number): void => {
    for (; next < end; next++) {
      if (!hasKeyFrame(next)) continue;
      const [expected, found] = [active.positions(), frames.keyPositions(run, row, next)];
      if (expected.length === found.length && expected.every((position, at) => position === found[at])) continue;
      const whose = `layer ${row.layer} (${row.name})`;
      throw new StoreError('damaged', `${whose}: its key frame at update ${next} is not what its updates lead to`);
    }
  };
  for (const { at, frame, revived } of frames.frames(run, row, 1, last)) {
    checkKeyFramesBefore(at);
    frames.decode(run, row, at, () => {
      const { grown } = replayUpdate(active, size, frame);
      unpackBits(revived, grown.length);
    });
  }
  checkKeyFramesBefore(last + 1);
}
