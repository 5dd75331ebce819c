export interface Range {
  from: number;
  to: number;
}

/**
 * The range that a key leads to from the one shown, within 0 and the data's end; null shows all of it, undefined means
 * that the key is none of the chart's.
 */
export function rangeAfter(key: string, { from, to }: Range, end: number): Range | null | undefined {
  const width = to - from;
  switch (key) {
    case '+':
    case '=':
      return { from: from + width / 4, to: to - width / 4 };
    case '-':
      return within({ from: from - width / 2, to: to + width / 2 }, end);
    case 'ArrowLeft': {
      const start = Math.max(0, from - width / 4);
      return within({ from: start, to: start + width }, end);
    }
    case 'ArrowRight': {
      const last = Math.max(to, Math.min(end, to + width / 4));
      return within({ from: last - width, to: last }, Math.max(last, end));
    }
    case '0':
      return null;
    default:
      return undefined;
  }
}

function within(range: Range, end: number): Range | null {
  const [from, to] = [Math.max(0, range.from), Math.min(end, range.to)];
  return from <= 0 && to >= end ? null : { from, to };
}
