/** Steps that a reader counts in: 1, 2, 2.5 and 5 times a power of ten. */
const STEPS = [1, 2, 2.5, 5, 10];

/**
 * Round numbers that cover a range, ends included: the largest round step that gives at least `least` intervals.
 * A range of one value is widened by a tenth of it, or by 1 at zero.
 */
export function ticksOver(low: number, high: number, least = 4): number[] {
  if (low === high) {
    const around = Math.abs(low) / 10 || 1;
    return ticksOver(low - around, high + around, least);
  }
  const rough = (high - low) / least;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = unit * (STEPS.findLast((one) => one * unit <= rough * (1 + 1e-9)) ?? 1);
  const first = Math.floor(low / step + 1e-9);
  const last = Math.ceil(high / step - 1e-9);
  return Array.from({ length: last - first + 1 }, (_, at) => Number(((first + at) * step).toPrecision(12)));
}

/** Decimals that tell neighbouring ticks apart; `scale` 100 for percent. */
export function decimalsOf(ticks: readonly number[], scale = 1): number {
  const written = ticks.map((tick) => String(Number((tick * scale).toPrecision(10))));
  return Math.max(0, ...written.map((text) => text.split('.')[1]?.length ?? 0));
}
