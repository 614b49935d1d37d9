/** Opens something of a room while its panel is shown, and closes it after. */
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import type { StoreApi } from 'zustand/vanilla';
import type { LiveSession } from '../../../domain/matrix/live-session.ts';
import { useLive } from '../../app-context.ts';

interface Opened<State> {
  readonly state: StoreApi<State>;
  close(): void;
}

/** `open` and `empty` have to stay the same between renderings. */
export function useOpened<State, Thing extends Opened<State>>(
  accountKey: string,
  roomId: string,
  open: (live: LiveSession, roomId: string) => Thing,
  empty: StoreApi<State>,
): { readonly opened: Thing | undefined; readonly state: State } {
  const live = useLive(accountKey);
  const [opened, setOpened] = useState<Thing>();
  useEffect(() => {
    if (!live?.client.getRoom(roomId)) return;
    const thing = open(live, roomId);
    setOpened(thing);
    return () => {
      thing.close();
      setOpened(undefined);
    };
  }, [live, roomId, open]);
  const state = useStore<StoreApi<State>>(opened?.state ?? empty);
  return { opened, state };
}
