/** Splits as the address names them: `unread`, or `own-<id>` of one the person has made. */
import { SPLITS, type OwnSplit, type Split } from '../../domain/inbox/splits.ts';
import { navigate, routeStore } from '../route.ts';

export type AnySplit = Split | OwnSplit;

export const splitName = (split: AnySplit): string => (typeof split === 'string' ? split : `own-${split.id}`);

/** Everything, where there is no such split (any more). */
export function toSplit(name: string, own: readonly OwnSplit[]): AnySplit {
  if ((SPLITS as readonly string[]).includes(name)) return name as Split;
  return own.find((split) => splitName(split) === name) ?? 'everything';
}

export const openSplit = (split: AnySplit): void => navigate({ page: 'inbox', split: splitName(split), conversation: undefined });

/** From one split to another, with the conversation beside it left open; nothing where `from` is not shown. */
export function replaceSplit(from: AnySplit, to: AnySplit): boolean {
  const route = routeStore.getState();
  if (route.page !== 'inbox' || route.split !== splitName(from)) return false;
  navigate({ ...route, split: splitName(to) }, { replace: true });
  return true;
}
