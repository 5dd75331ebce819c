/** Digits that 0.9512 has in percent; more only where they tell a share from none or all. */
const USUAL_DIGITS = 2;
const TELLING_DIGITS = 2;

/**
 * A share in percent, with as many digits as it needs: 95, 97.5, 99.99; 99.996 rather than 100 for 0.99996, and 0.004
 * for its density.
 */
export function percentNumber(share: number): number {
  const rest = Math.min(share, 1 - share) * 100;
  if (!(rest > 0) || rest >= 10 ** -USUAL_DIGITS) return Number((share * 100).toFixed(USUAL_DIGITS));
  return Number((share * 100).toFixed(TELLING_DIGITS - 1 - Math.floor(Math.log10(rest))));
}
