/** Events that the person's push rules want told (spec: "Push notifications"), as they arrive. */
import { MatrixEventEvent, RoomEvent, type MatrixClient, type MatrixEvent, type Room } from 'matrix-js-sdk';
import { safeName } from '../messages/safe-text.ts';
import { describeEvent } from './summarise-room.ts';

export interface NewMessage {
  readonly accountKey: string;
  readonly roomId: string;
  /** Of the thread that it is in. */
  readonly rootId: string | undefined;
  readonly roomName: string;
  readonly senderName: string;
  readonly text: string;
  readonly highlight: boolean;
  readonly sound: boolean;
}

type PushActions = NonNullable<ReturnType<MatrixClient['getPushActionsForEvent']>>;

/** Older events come with a gap after a long sleep: nobody wants them all at once. */
const MOST_AGE_MS = 5 * 60_000;

export interface Following {
  readonly accountKey: string;
  /** What comes in a thread that the person does not follow is told only if it mentions them. */
  readonly followsThread: (roomId: string, rootId: string) => Promise<boolean>;
  readonly tell: (message: NewMessage) => void;
}

export function followNewMessages(client: MatrixClient, { accountKey, followsThread, tell }: Following): () => void {
  const told = new Set<string>();
  const waiting = new Set<string>();
  const consider = (event: MatrixEvent, room: Room | undefined): void => {
    const id = event.getId();
    if (!room || id === undefined || told.has(id) || event.getSender() === client.getUserId()) return;
    if (Date.now() - event.getTs() > MOST_AGE_MS) return;
    if (event.isEncrypted() && (event.isBeingDecrypted() || event.shouldAttemptDecryption())) {
      waiting.add(id);
      return;
    }
    const actions = client.getPushActionsForEvent(event);
    if (actions?.notify !== true) return;
    told.add(id);
    const rootId = event.threadRootId === id ? undefined : event.threadRootId;
    const tellIt = (): void => tellOf(event, room, rootId, actions);
    if (rootId === undefined || actions.tweaks.highlight === true) tellIt();
    else void followsThread(room.roomId, rootId).then((follows) => follows && tellIt());
  };
  const tellOf = (event: MatrixEvent, room: Room, rootId: string | undefined, actions: PushActions): void => {
    const { text, senderName } = describeEvent(event, room, client.getSafeUserId());
    tell({
      accountKey,
      roomId: room.roomId,
      rootId,
      roomName: safeName(room.name, room.roomId),
      senderName,
      text,
      highlight: actions.tweaks.highlight === true,
      sound: actions.tweaks.sound !== undefined,
    });
  };
  const onTimeline = (
    event: MatrixEvent,
    room: Room | undefined,
    toStart: boolean | undefined,
    removed: boolean,
    data: { liveEvent?: boolean },
  ): void => {
    if (toStart !== true && !removed && data.liveEvent === true) consider(event, room);
  };
  const onDecrypted = (event: MatrixEvent): void => {
    if (waiting.delete(event.getId()!)) consider(event, client.getRoom(event.getRoomId()) ?? undefined);
  };
  client.on(RoomEvent.Timeline, onTimeline);
  client.on(MatrixEventEvent.Decrypted, onDecrypted);
  return () => {
    client.off(RoomEvent.Timeline, onTimeline);
    client.off(MatrixEventEvent.Decrypted, onDecrypted);
  };
}
