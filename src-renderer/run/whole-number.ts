/** A count as a person typed it: null where the field is empty, else the number, or what is wrong with it. */
export function readWholeNumber(text: string): { value: number | null; issue: null } | { value: null; issue: string } {
  const trimmed = text.trim();
  if (trimmed === '') return { value: null, issue: null };
  const value = /^\d+$/.test(trimmed) ? Number(trimmed) : NaN;
  if (Number.isSafeInteger(value)) return { value, issue: null };
  return { value: null, issue: `must be a whole number, 0 or more, not “${trimmed}”` };
}
