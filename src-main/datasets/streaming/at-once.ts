/** Calls `work` for 0 .. count - 1, at most `limit` at the same time. @throws the first error, once all have settled */
export async function forEachAtOnce(
  count: number,
  limit: number,
  work: (index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const one = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  const settled = await Promise.allSettled(Array.from({ length: Math.min(limit, count) }, one));
  const failed = settled.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}
