import { multiplyHigh } from './philox.ts';

const FACTOR_HIGH = 0x9e3779b9;
const FACTOR_LOW = 0x7f4a7c15;
const MIX_HIGH = 0xd6e8feb8;
const MIX_LOW = 0x6659fd93;

/**
 * Order among positions of equal magnitude, larger first: 32 bits of a hash that `seed` reshuffles, the same for every
 * engine. `h = position * 0x9e3779b97f4a7c15 + seed`, then twice `h = (h ^ h >> 32) * 0xd6e8feb86659fd93`, modulo 2^64;
 * of the last h the high half.
 * @param position whole number below 2^53
 */
export function tieOrder(position: number, seed: number): number {
  const from = [Math.floor(position / 2 ** 32), position >>> 0];
  let [high, low] = times(from[0], from[1], FACTOR_HIGH, FACTOR_LOW);
  const sum = low + (seed >>> 0);
  low = sum >>> 0;
  high = (high + (sum > 0xffffffff ? 1 : 0)) >>> 0;
  [high, low] = times(high, (low ^ high) >>> 0, MIX_HIGH, MIX_LOW);
  [high] = times(high, (low ^ high) >>> 0, MIX_HIGH, MIX_LOW);
  return high;
}

/** Product modulo 2^64 of two numbers given by their halves. */
function times(aHigh: number, aLow: number, bHigh: number, bLow: number): [number, number] {
  const high = multiplyHigh(aLow, bLow) + (Math.imul(aHigh, bLow) >>> 0) + (Math.imul(aLow, bHigh) >>> 0);
  return [high >>> 0, Math.imul(aLow, bLow) >>> 0];
}
