// Owns doing many small things over the network, so many at a time.

/** The results in order of the items. After a failure nothing more is begun; it is thrown once what is under way has ended. */
export async function mapAtOnce<Item, Result>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const at = next;
      next += 1;
      try {
        // Within the bounds, as just compared.
        results[at] = await work(items[at] as Item);
      } catch (thrown) {
        next = items.length;
        throw thrown;
      }
    }
  };
  const workers = Array.from({ length: Math.min(atOnce, items.length) }, worker);
  const settled = await Promise.allSettled(workers);
  for (const outcome of settled) if (outcome.status === 'rejected') throw outcome.reason;
  return results;
}
