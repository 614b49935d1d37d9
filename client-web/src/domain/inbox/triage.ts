/** Triage state in room account data `io.nexuscomm.triage`: `{ state, event_id?, ts, until?, wake? }`. Unknown forms count as active. */
import type { Triage } from './conversation.ts';

export const TRIAGE_TYPE = 'io.nexuscomm.triage';

export function parseTriage(content: unknown): Triage {
  if (typeof content !== 'object' || content === null) return { state: 'active' };
  const fields = content as Record<string, unknown>;
  const ts = typeof fields['ts'] === 'number' ? fields['ts'] : 0;
  if (fields['state'] === 'done') return { state: 'done', eventId: typeof fields['event_id'] === 'string' ? fields['event_id'] : '', ts };
  if (fields['state'] === 'snoozed' && typeof fields['until'] === 'number') {
    const wake = fields['wake'] === 'reply' || fields['wake'] === 'mention' ? fields['wake'] : 'time';
    return { state: 'snoozed', until: fields['until'], wake, ts };
  }
  return { state: 'active' };
}

export function triageContent(triage: Triage): Record<string, unknown> {
  switch (triage.state) {
    case 'active':
      return { state: 'active' };
    case 'done':
      return { state: 'done', event_id: triage.eventId, ts: triage.ts };
    case 'snoozed':
      return { state: 'snoozed', until: triage.until, wake: triage.wake, ts: triage.ts };
  }
}
