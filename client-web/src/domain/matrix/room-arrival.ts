/** A room that was just made or joined comes with the next sync: what opens it waits for that. */
import { ClientEvent, KnownMembership, RoomEvent, type MatrixClient } from 'matrix-js-sdk';

const PATIENCE_MS = 10_000;

/** Resolves when the person is in the room, or after ten seconds: it comes later then. */
export async function roomArrived(client: MatrixClient, roomId: string): Promise<void> {
  const isThere = (): boolean => client.getRoom(roomId)?.getMyMembership() === KnownMembership.Join;
  if (isThere()) return;
  await new Promise<void>((resolve) => {
    const look = (): void => {
      if (isThere()) done();
    };
    const done = (): void => {
      clearTimeout(late);
      client.off(ClientEvent.Room, look);
      client.off(RoomEvent.MyMembership, look);
      client.off(ClientEvent.Sync, look);
      resolve();
    };
    const late = setTimeout(done, PATIENCE_MS);
    client.on(ClientEvent.Room, look);
    client.on(RoomEvent.MyMembership, look);
    client.on(ClientEvent.Sync, look);
  });
}
