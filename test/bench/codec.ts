import { createStream } from '../../src-main/numerics/random.ts';
import { sampleDistinct } from '../../src-main/numerics/sampling.ts';
import { encodeKeyFrame, encodeUpdate } from '../../src-main/topology/history.ts';
import { maskFromPositions, without } from '../../src-main/topology/mask.ts';
import { absentPositions } from '../../src-main/topology/ranks.ts';
import { say, table, writeResult } from './support.ts';

const SIDE = 1000;
const SIZE = SIDE * SIDE;
/** mask-history.md: one million weights, with what two rank lists and zstd took there. */
const CASES = [
  { density: 0.2, rate: 0.3, rankListsAndZstd: 65_100 },
  { density: 0.1, rate: 0.3, rankListsAndZstd: 37_300 },
  { density: 0.1, rate: 0.1, rankListsAndZstd: 17_000 },
  { density: 0.05, rate: 0.3, rankListsAndZstd: 21_800 },
  { density: 0.02, rate: 0.1, rankListsAndZstd: 4_300 },
];
const MOST_ABOVE_BOUND = 0.1;

/** Bytes that naming `chosen` of `size` takes at least: their binary entropy. */
function entropyBytes(chosen: number, size: number): number {
  const share = chosen / size;
  return (-size * (share * Math.log2(share) + (1 - share) * Math.log2(1 - share))) / 8;
}

/** The history codec against the entropy bound, header and checksum included. */
export function benchCodec({ json }: { json: boolean }): void {
  const results = CASES.map(({ density, rate, rankListsAndZstd }, seed) => {
    const count = density * SIZE;
    const active = sampleDistinct(createStream(seed, 'mask'), count, SIZE);
    const mask = maskFromPositions(SIDE, SIDE, active);
    const changed = Math.round(rate * count);
    const dropped = sampleDistinct(createStream(seed, 'drop'), changed, count).map((rank) => active[rank]);
    const surviving = without(active, dropped);
    const ranks = sampleDistinct(createStream(seed, 'grow'), changed, SIZE - surviving.length);
    const update = { dropped, grown: absentPositions(surviving, ranks) };
    return {
      density,
      rate,
      keyFrame: encodeKeyFrame(mask).length,
      keyFrameBound: entropyBytes(count, SIZE),
      update: encodeUpdate(mask, update).length,
      updateBound: entropyBytes(changed, count) + entropyBytes(changed, SIZE - surviving.length),
      rankListsAndZstd,
    };
  });
  writeResult('codec', results);
  const above = (bytes: number, bound: number) => `${((bytes / bound - 1) * 100).toFixed(1)} %`;
  const rows = results.map(({ density, rate, keyFrame, keyFrameBound, update, updateBound, rankListsAndZstd }) => [
    `${density * 100} %, ${rate}`,
    ...[String(keyFrame), keyFrameBound.toFixed(0), above(keyFrame, keyFrameBound)],
    ...[String(update), updateBound.toFixed(0), above(update, updateBound), String(rankListsAndZstd)],
  ]);
  const head = ['density, rate', 'mask', 'bound', 'above', 'update', 'bound', 'above', 'B.5 with zstd'];
  process.stdout.write(`${json ? JSON.stringify(results, null, 2) : table(head, rows)}\n`);
  const isFar = results.some(
    ({ keyFrame, keyFrameBound, update, updateBound }) =>
      Math.max(keyFrame / keyFrameBound, update / updateBound) > 1 + MOST_ABOVE_BOUND,
  );
  if (isFar) {
    say(`More than ${MOST_ABOVE_BOUND * 100} % above the bound.`);
    process.exitCode = 1;
  }
}
