/** A priority queue: the smallest item by `precedes` comes out first. */

export interface BinaryHeap<Item> {
  push(item: Item): void;
  /** undefined: the heap is empty */
  pop(): Item | undefined;
}

export function binaryHeap<Item>(precedes: (a: Item, b: Item) => boolean): BinaryHeap<Item> {
  const items: Item[] = [];

  function push(item: Item): void {
    let at = items.push(item) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!precedes(item, items[parent]!)) break;
      items[at] = items[parent]!;
      at = parent;
    }
    items[at] = item;
  }

  function pop(): Item | undefined {
    const smallest = items[0];
    const last = items.pop();
    if (last === undefined || items.length === 0) return smallest;
    let at = 0;
    for (let child = 1; child < items.length; child = 2 * at + 1) {
      if (child + 1 < items.length && precedes(items[child + 1]!, items[child]!)) child++;
      if (!precedes(items[child]!, last)) break;
      items[at] = items[child]!;
      at = child;
    }
    items[at] = last;
    return smallest;
  }

  return { push, pop };
}
