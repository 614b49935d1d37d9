/** Opens the timeline of a conversation while it is shown. */
import { useEffect, useLayoutEffect, useState } from 'react';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { LiveTimeline } from '../../domain/matrix/live-timeline.ts';
import type { TimelineState } from '../../domain/timeline/timeline-item.ts';
import { useConversation, useLive } from '../app-context.ts';

const closed = createStore<TimelineState>(() => ({
  items: [],
  canPaginateBack: false,
  canPaginateForward: false,
  loading: 'initial',
  error: undefined,
  typing: [],
}));

export interface OpenTimeline {
  readonly timeline: LiveTimeline | undefined;
  readonly state: TimelineState;
}

export function useTimeline(
  accountKey: string,
  roomId: string,
  options: { threadRootId?: string | undefined; eventId?: string | undefined },
): OpenTimeline {
  const live = useLive(accountKey);
  // The room may come with a sync that is still under way.
  const known = useConversation(`${accountKey}/${roomId}`) !== undefined && live?.client.getRoom(roomId) !== null;
  const [timeline, setTimeline] = useState<LiveTimeline>();
  const { threadRootId, eventId } = options;
  // Before the first paint: what is already here needs no frame that says it is coming.
  useLayoutEffect(() => {
    if (!live || !known) return;
    const opened = live.openTimeline({ roomId, threadRootId });
    setTimeline(opened);
    return () => {
      opened.close();
      setTimeline(undefined);
    };
  }, [live, known, roomId, threadRootId]);
  useEffect(() => {
    if (timeline && eventId !== undefined) void timeline.jumpTo(eventId);
  }, [timeline, eventId]);
  // For one rendering after a change it is still the one of before.
  const isCurrent = timeline?.accountKey === accountKey && timeline.target.roomId === roomId && timeline.target.threadRootId === threadRootId;
  const current = isCurrent ? timeline : undefined;
  const state = useStore(current?.state ?? closed);
  return { timeline: current, state };
}
