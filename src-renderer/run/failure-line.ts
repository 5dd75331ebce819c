/** The line of a method's file that a failure names, from 1; null where it names none. */
export function failureLine(failure: string | null, file: string): number | null {
  const at = failure?.lastIndexOf(`${file}:`) ?? -1;
  if (failure === null || at < 0) return null;
  const line = /^\d+/.exec(failure.slice(at + file.length + 1))?.[0];
  return line === undefined ? null : Number(line);
}
