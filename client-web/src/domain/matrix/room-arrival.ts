/** A room that was just made or joined comes with the next sync: what opens it waits for that. */
import { ClientEvent, KnownMembership, RoomEvent, type MatrixClient } from 'matrix-js-sdk';

const PATIENCE_MS = 10_000;

/** Resolves when the person is in the room, or after ten seconds: it comes later then. */
export async function roomArrived(client: MatrixClient, roomId: string): Promise<void> {
  await membershipArrived(client, roomId, KnownMembership.Join);
}

/** Whether they were invited to it within ten seconds. */
export async function invitationArrived(client: MatrixClient, roomId: string): Promise<boolean> {
  return membershipArrived(client, roomId, KnownMembership.Invite);
}

async function membershipArrived(client: MatrixClient, roomId: string, membership: KnownMembership): Promise<boolean> {
  const isThere = (): boolean => client.getRoom(roomId)?.getMyMembership() === (membership as string);
  if (isThere()) return true;
  return new Promise<boolean>((resolve) => {
    const look = (): void => {
      if (isThere()) done();
    };
    const done = (): void => {
      clearTimeout(late);
      client.off(ClientEvent.Room, look);
      client.off(RoomEvent.MyMembership, look);
      client.off(ClientEvent.Sync, look);
      resolve(isThere());
    };
    const late = setTimeout(done, PATIENCE_MS);
    client.on(ClientEvent.Room, look);
    client.on(RoomEvent.MyMembership, look);
    client.on(ClientEvent.Sync, look);
  });
}
