/** Items of the timeline as rows: messages of one person in a row go together, runs of state changes become one line. */
import type { MessageItem, StateItem, TimelineItem } from '../../domain/timeline/timeline-item.ts';

/** Messages further apart get their sender's name again. */
const CONTINUED_MS = 5 * 60_000;
const GROUPED_FROM = 3;

export type Row =
  | { readonly kind: 'message'; readonly key: string; readonly item: MessageItem; readonly continued: boolean }
  | { readonly kind: 'states'; readonly key: string; readonly items: readonly StateItem[] }
  | { readonly kind: 'state'; readonly key: string; readonly item: StateItem }
  | { readonly kind: 'day'; readonly key: string; readonly ts: number }
  | { readonly kind: 'unread' | 'start'; readonly key: string };

export function timelineRows(items: readonly TimelineItem[], before: ReadonlyMap<string, Row>): Row[] {
  const rows: Row[] = [];
  let previous: MessageItem | undefined;
  for (let index = 0; index < items.length; index++) {
    const item = items[index]!;
    if (item.type === 'state') {
      let end = index;
      while (items[end + 1]?.type === 'state') end++;
      if (end - index + 1 >= GROUPED_FROM) {
        const group = items.slice(index, end + 1) as StateItem[];
        rows.push(reuse(before, { kind: 'states', key: `states-${group[0]!.key}`, items: group }));
        index = end;
      } else rows.push(reuse(before, { kind: 'state', key: item.key, item }));
      previous = undefined;
    } else if (item.type === 'message') {
      const continued =
        previous !== undefined &&
        previous.sender.userId === item.sender.userId &&
        item.ts - previous.ts < CONTINUED_MS &&
        item.replyTo === undefined &&
        previous.content.type !== 'emote';
      rows.push(reuse(before, { kind: 'message', key: item.key, item, continued }));
      previous = item;
    } else {
      rows.push(item.type === 'day' ? { kind: 'day', key: item.key, ts: item.ts } : { kind: item.type, key: item.key });
      previous = undefined;
    }
  }
  return rows;
}

/** The same object for the same content, so that rows that did not change are not rendered again. */
function reuse(before: ReadonlyMap<string, Row>, row: Row): Row {
  const old = before.get(row.key);
  if (old === undefined || old.kind !== row.kind) return row;
  if (row.kind === 'message' && old.kind === 'message') return old.item === row.item && old.continued === row.continued ? old : row;
  if (row.kind === 'state' && old.kind === 'state') return old.item === row.item ? old : row;
  if (row.kind === 'states' && old.kind === 'states') {
    return old.items.length === row.items.length && old.items.every((item, index) => item === row.items[index]) ? old : row;
  }
  return row;
}
