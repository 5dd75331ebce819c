export interface ChannelStatistics {
  /** Per channel, on the 0 to 1 scale. */
  mean: number[];
  deviation: number[];
}

export interface ChannelCounter {
  /** @param pixels whole samples, channel fastest, 0 to 255 */
  add(pixels: Uint8Array): void;
  statistics(): ChannelStatistics;
}

/**
 * Mean and (population) standard deviation of every channel, exact: counted per grey value, then summed in whole
 * numbers. A channel that never varies gets deviation 1, so that dividing by it is harmless.
 */
export function createChannelCounter(channels: number): ChannelCounter {
  const counts = Array.from({ length: channels }, () => new Float64Array(256));
  return {
    add(pixels) {
      for (let channel = 0; channel < channels; channel++) {
        const ofChannel = counts[channel];
        for (let at = channel; at < pixels.length; at += channels) ofChannel[pixels[at]]++;
      }
    },
    statistics() {
      const perChannel = counts.map(momentsOfGreys);
      return { mean: perChannel.map(({ mean }) => mean), deviation: perChannel.map(({ deviation }) => deviation) };
    },
  };
}

function momentsOfGreys(counts: Float64Array): { mean: number; deviation: number } {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const mean = counts.reduce((sum, count, grey) => sum + count * grey, 0) / total;
  const variance = counts.reduce((sum, count, grey) => sum + count * (grey - mean) ** 2, 0) / total;
  return { mean: mean / 255, deviation: variance > 0 ? Math.sqrt(variance) / 255 : 1 };
}
