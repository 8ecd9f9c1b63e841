/** Requests at once, where the API has no request for many. */
const ABREAST = 6;

/** Does one act for each, a few at once. The first failure ends it; what was done stays done. */
export async function each<Item>(
  items: Item[],
  act: (item: Item) => Promise<unknown>,
  done: (count: number) => void,
): Promise<void> {
  const rest = [...items];
  let count = 0;
  const work = async () => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) {
      try {
        await act(item);
      } catch (error) {
        rest.length = 0;
        throw error;
      }
      count += 1;
      done(count);
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: ABREAST }, work));
  const failed = ended.find((end) => end.status === 'rejected');
  if (failed) throw failed.reason;
}
