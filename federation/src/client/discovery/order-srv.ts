/** The order in which targets of SRV records are tried (RFC 2782): lowest priority first, chance by weight among equals. */
import type { SrvRecord } from './resolver.ts';

/** `random` gives numbers in [0, 1). */
export function orderSrv(records: readonly SrvRecord[], random: () => number): SrvRecord[] {
  const ordered: SrvRecord[] = [];
  const byPriority = Map.groupBy(records, (record) => record.priority);
  for (const priority of [...byPriority.keys()].toSorted((a, b) => a - b)) {
    // Those of weight 0 first, so that they have a small chance to be chosen.
    const left = byPriority.get(priority)!.toSorted((a, b) => a.weight - b.weight);
    while (left.length > 0) {
      const total = left.reduce((sum, record) => sum + record.weight, 0);
      let mark = random() * (total + 1);
      const index = left.findIndex((record) => (mark -= record.weight) <= 0);
      ordered.push(...left.splice(index === -1 ? left.length - 1 : index, 1));
    }
  }
  return ordered;
}
