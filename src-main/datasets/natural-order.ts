const PARTS = /\d+|\D+/g;

/**
 * Order of file names as people count: `image2` before `image10`. Independent of the machine's language: digits by
 * value, everything else by UTF-16 code unit; names equal in this sense go by their plain text.
 */
export function compareNaturally(a: string, b: string): number {
  const partsOfA = a.match(PARTS) ?? [];
  const partsOfB = b.match(PARTS) ?? [];
  const shared = Math.min(partsOfA.length, partsOfB.length);
  for (let at = 0; at < shared; at++) {
    const order = compareParts(partsOfA[at], partsOfB[at]);
    if (order !== 0) return order;
  }
  return partsOfA.length - partsOfB.length || compareText(a, b);
}

function compareParts(a: string, b: string): number {
  if (!isNumber(a) || !isNumber(b)) return compareText(a, b);
  const [numberA, numberB] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
  return numberA.length - numberB.length || compareText(numberA, numberB);
}

const isNumber = (part: string) => part >= '0' && part < ':';
const compareText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
