/** Joins what many ask for at the same moment into one request. */

interface Batch<Key, Value> {
  readonly keys: Set<Key>;
  readonly answer: Promise<ReadonlyMap<Key, Value>>;
}

/**
 * A loader that takes keys and gives a map, which may hold more than was asked for. What is asked for before the event loop
 * goes on becomes one call of `load`, of `most` keys at most; who asks for more alone gets a call of their own.
 */
export function coalesce<Key, Value>(
  load: (keys: readonly Key[]) => Promise<ReadonlyMap<Key, Value>>,
  most: number,
): (keys: readonly Key[]) => Promise<ReadonlyMap<Key, Value>> {
  let open: Batch<Key, Value> | undefined;
  const begin = (): Batch<Key, Value> => {
    const keys = new Set<Key>();
    const answer = settled().then(() => {
      if (open?.keys === keys) open = undefined;
      return load([...keys]);
    });
    return { keys, answer };
  };
  return (keys) => {
    if (keys.length >= most) return load(keys);
    if (open === undefined || open.keys.size + keys.length > most) open = begin();
    for (const key of keys) open.keys.add(key);
    return open.answer;
  };
}

/** When all that can go on now has gone on: promises settle before the next tick. */
const settled = (): Promise<void> => new Promise((resolve) => void Promise.resolve().then(() => process.nextTick(resolve)));
