/** Bounds of caches. */

/**
 * Options of an LRUCache of so many entries. Given `max`, the cache would take room for all of them at once; so it grows
 * with what it holds, and an idle server stays small.
 */
export const upTo = (entries: number): { maxSize: number; sizeCalculation: () => number } => ({ maxSize: entries, sizeCalculation: one });

const one = (): number => 1;
