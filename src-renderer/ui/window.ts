export interface VisibleRange {
  /** First row to draw, and the one after the last. */
  from: number;
  to: number;
}

/** Rows that a scrolled box shows, with `margin` rows more on either side so that a quick scroll finds them drawn. */
export function visibleRange(
  scrollTop: number,
  height: number,
  rowHeight: number,
  total: number,
  margin = 6,
): VisibleRange {
  const from = Math.max(0, Math.floor(scrollTop / rowHeight) - margin);
  const to = Math.min(total, Math.ceil((scrollTop + height) / rowHeight) + margin);
  return { from: Math.min(from, to), to };
}
