import type { Positions } from '../../contract/index.ts';
import { createStream } from '../../numerics/random.ts';
import { sampleDistinct } from '../../numerics/sampling.ts';

/**
 * Hands over the scores of every candidate position, layer after layer and in ascending order of position, a stretch at
 * a time. Read several times over, so that no more than a stretch of scores is ever held: every reading must give the
 * same, and may give the arrays to others afterwards.
 */
export type ReadScores = (
  visit: (layer: number, scores: Float32Array, positionAt: (index: number) => number) => void,
) => Promise<void>;

export interface Selection {
  /** Per layer, ascending. */
  positions: Positions[];
  /** Layers that the scores alone would have emptied; each keeps its best. */
  rescued: number[];
}

const HALF = 65536;

/** Which scores count, and how many of those that are equal to the least of them. */
interface Threshold {
  key: number;
  ties: number;
  /** Ordinals, in the order of reading, of the tied ones taken. */
  taken: Float64Array;
}

/**
 * The `count` positions of highest score over all layers, exactly, ties broken by seeded noise. A layer that would keep
 * none keeps its best one, at the cost of the others' (layer collapse: Tanaka et al., NeurIPS 2020, section 3).
 * By two histograms over the scores' bits: memory follows `count` and the number of layers, not the positions.
 * @throws RangeError where `count` is too small for one weight a layer, or too large; Error where a score is not finite
 */
export async function selectHighest(
  read: ReadScores,
  layerCount: number,
  count: number,
  { seed, round }: { seed: number; round: number },
): Promise<Selection> {
  const high = Array.from({ length: layerCount }, () => new Uint32Array(HALF));
  let total = 0;
  await read((layer, scores) => {
    const keys = keysOf(scores);
    total += keys.length;
    const histogram = high[layer];
    for (let at = 0; at < keys.length; at++) {
      if (!Number.isFinite(scores[at])) throw new Error(`A score of layer ${layer} is ${scores[at]}.`);
      histogram[orderOf(keys[at]) >>> 16]++;
    }
  });
  const layers = high.map((_, layer) => layer);
  if (count > total || count < layerCount)
    throw new RangeError(`Cannot keep ${count} weights of ${total}: each of ${layerCount} layers needs at least one.`);

  const rescued: number[] = [];
  for (;;) {
    const others = layers.filter((layer) => !rescued.includes(layer));
    const groups = [
      ...rescued.map((layer) => ({ members: [layer], wanted: 1 })),
      { members: others, wanted: count - rescued.length },
    ];
    const { thresholds, counts } = await findThresholds(read, high, groups, { seed, round });
    const empty = others.filter((layer) => counts[layer] === 0);
    if (empty.length === 0)
      return { positions: await collect(read, groups, thresholds, counts), rescued: rescued.sort((a, b) => a - b) };
    rescued.push(...empty);
  }
}

interface Group {
  members: number[];
  wanted: number;
}

/** A group's threshold, and how many weights each layer keeps by it. */
async function findThresholds(
  read: ReadScores,
  high: readonly Uint32Array[],
  groups: readonly Group[],
  { seed, round }: { seed: number; round: number },
): Promise<{ thresholds: Threshold[]; counts: number[] }> {
  const groupOf = groupsByLayer(groups);
  const counts = high.map(() => 0);
  const heads = groups.map(({ members, wanted }) => {
    let above = 0;
    let bucket = HALF - 1;
    const inBuckets = summed(high, members);
    while (above + inBuckets[bucket] < wanted) above += inBuckets[bucket--];
    for (const layer of members) for (let at = bucket + 1; at < HALF; at++) counts[layer] += high[layer][at];
    return { bucket, above };
  });

  const low = high.map(() => new Uint32Array(HALF));
  await read((layer, scores) => {
    const keys = keysOf(scores);
    const { bucket } = heads[groupOf[layer]];
    for (let at = 0; at < keys.length; at++) {
      const order = orderOf(keys[at]);
      if (order >>> 16 === bucket) low[layer][order & 0xffff]++;
    }
  });

  const thresholds = groups.map(({ members, wanted }, index): Threshold => {
    let { above } = heads[index];
    let rest = HALF - 1;
    const inBins = summed(low, members);
    while (above + inBins[rest] < wanted) above += inBins[rest--];
    const ties = inBins[rest];
    const stream = createStream(seed, 'score ties', round, index);
    const taken = sampleDistinct(stream, wanted - above, ties);
    let firstTie = 0;
    let next = 0;
    for (const layer of [...members].sort((a, b) => a - b)) {
      for (let at = rest + 1; at < HALF; at++) counts[layer] += low[layer][at];
      firstTie += low[layer][rest];
      for (; next < taken.length && taken[next] < firstTie; next++) counts[layer]++;
    }
    return { key: heads[index].bucket * HALF + rest, ties, taken };
  });
  return { thresholds, counts };
}

/** Bin by bin, of these layers together; a number of positions may be above 2^32. */
function summed(histograms: readonly Uint32Array[], layers: readonly number[]): Float64Array {
  const together = new Float64Array(HALF);
  for (const layer of layers) {
    const histogram = histograms[layer];
    for (let at = 0; at < HALF; at++) together[at] += histogram[at];
  }
  return together;
}

async function collect(
  read: ReadScores,
  groups: readonly Group[],
  thresholds: readonly Threshold[],
  counts: readonly number[],
): Promise<Positions[]> {
  const groupOf = groupsByLayer(groups);
  const positions = counts.map((count) => new Float64Array(count));
  const kept = counts.map(() => 0);
  const seen = thresholds.map(() => ({ ties: 0, next: 0 }));
  await read((layer, scores, positionAt) => {
    const keys = keysOf(scores);
    const { key, taken } = thresholds[groupOf[layer]];
    const state = seen[groupOf[layer]];
    for (let at = 0; at < keys.length; at++) {
      const order = orderOf(keys[at]);
      if (order < key) continue;
      if (order === key && taken[state.next] !== state.ties++) continue;
      if (order === key) state.next++;
      positions[layer][kept[layer]++] = positionAt(at);
    }
  });
  if (kept.some((count, layer) => count !== counts[layer]))
    throw new Error('The scores changed from one reading to the next, so no mask can be chosen by them.');
  return positions;
}

function groupsByLayer(groups: readonly Group[]): number[] {
  const byLayer: number[] = [];
  groups.forEach(({ members }, group) => members.forEach((layer) => (byLayer[layer] = group)));
  return byLayer;
}

const keysOf = (scores: Float32Array) => new Uint32Array(scores.buffer, scores.byteOffset, scores.length);

/** Whole numbers in the order of the floats whose bits these are; both zeros are one. */
function orderOf(bits: number): number {
  if (bits === 0x80000000) return 0x80000000;
  return bits & 0x80000000 ? ~bits >>> 0 : (bits | 0x80000000) >>> 0;
}
