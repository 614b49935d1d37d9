/** A room as plain data, kept up to date while it is shown. */
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { LiveMembers, MembersState } from '../../domain/matrix/live-members.ts';
import type { RoomDetails } from '../../domain/rooms/room-details.ts';
import { useLive } from '../app-context.ts';

export function useRoomDetails(accountKey: string, roomId: string): RoomDetails | undefined {
  const live = useLive(accountKey);
  const [details, setDetails] = useState(() => live?.roomSettings.details(roomId));
  useEffect(() => {
    if (!live) return;
    const read = (): void => setDetails(live.roomSettings.details(roomId));
    read();
    return live.roomSettings.watch(roomId, read);
  }, [live, roomId]);
  return details?.roomId === roomId ? details : live?.roomSettings.details(roomId);
}

const none = createStore<MembersState>(() => ({ members: [], loading: true, error: undefined }));

export function useMembers(accountKey: string, roomId: string): MembersState & { readonly retry: () => void } {
  const live = useLive(accountKey);
  const [opened, setOpened] = useState<LiveMembers>();
  useEffect(() => {
    if (!live?.client.getRoom(roomId)) return;
    const members = live.openMembers(roomId);
    setOpened(members);
    return () => {
      members.close();
      setOpened(undefined);
    };
  }, [live, roomId]);
  return { ...useStore(opened?.state ?? none), retry: () => void opened?.load() };
}
