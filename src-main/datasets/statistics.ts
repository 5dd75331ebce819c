import { visitPieces } from './cooperative.ts';

export interface ChannelStatistics {
  /** Per channel, on the 0 to 1 scale. */
  mean: number[];
  deviation: number[];
}

/**
 * Mean and (population) standard deviation of every channel, exact: counted per grey value, then summed in whole
 * numbers. A channel that never varies gets deviation 1, so that dividing by it is harmless.
 * @param pixels `[count, height * width * channels]`, 0 to 255
 */
export async function channelStatistics(pixels: Uint8Array, channels: number): Promise<ChannelStatistics> {
  const counts = Array.from({ length: channels }, () => new Float64Array(256));
  await visitPieces(pixels, (piece, at) => {
    for (let offset = 0; offset < piece.length; offset++) counts[(at + offset) % channels][piece[offset]]++;
  });
  const perChannel = counts.map(momentsOfGreys);
  return { mean: perChannel.map(({ mean }) => mean), deviation: perChannel.map(({ deviation }) => deviation) };
}

function momentsOfGreys(counts: Float64Array): { mean: number; deviation: number } {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const mean = counts.reduce((sum, count, grey) => sum + count * grey, 0) / total;
  const variance = counts.reduce((sum, count, grey) => sum + count * (grey - mean) ** 2, 0) / total;
  return { mean: mean / 255, deviation: variance > 0 ? Math.sqrt(variance) / 255 : 1 };
}
