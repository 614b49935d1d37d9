/** What the timeline of a conversation shows, as plain data. The UI knows no matrix-js-sdk types. */

export interface Person {
  readonly userId: string;
  readonly name: string;
  readonly avatarMxc: string | undefined;
}

/** Attachment of an encrypted room (spec: "Sending encrypted attachments"). */
export interface EncryptedFile {
  readonly url: string;
  readonly key: JsonWebKey;
  readonly iv: string;
  readonly hashes: Readonly<Record<string, string>>;
  readonly v: string;
}

export interface MediaContent {
  readonly kind: 'image' | 'video' | 'audio' | 'file' | 'sticker';
  readonly mxc: string | undefined;
  readonly file: EncryptedFile | undefined;
  readonly thumbnailMxc: string | undefined;
  readonly thumbnailFile: EncryptedFile | undefined;
  readonly name: string;
  readonly mimetype: string;
  readonly bytes: number | undefined;
  readonly width: number | undefined;
  readonly height: number | undefined;
  readonly durationMs: number | undefined;
  readonly blurhash: string | undefined;
  readonly voice: boolean;
  readonly caption: MessageText | undefined;
  /** Of a file that is still in the outbox. */
  readonly localBlob?: Blob | undefined;
  readonly localPoster?: Blob | undefined;
}

export interface MessageText {
  readonly body: string;
  /** `org.matrix.custom.html`, as received: never put into a page without rendering it through `ui/conversation/message-html`. */
  readonly html: string | undefined;
}

export type MessageContent =
  | { readonly type: 'text' | 'emote' | 'notice'; readonly text: MessageText }
  | { readonly type: 'media'; readonly media: MediaContent }
  | { readonly type: 'redacted'; readonly by: Person | undefined; readonly reason: string | undefined }
  | { readonly type: 'undecryptable'; readonly reason: UndecryptableReason }
  | { readonly type: 'unknown'; readonly eventType: string; readonly body: string | undefined };

export type UndecryptableReason = 'waiting-for-key' | 'sent-before-you-joined' | 'device-not-verified' | 'no-backup' | 'failed';

export interface Reaction {
  readonly key: string;
  readonly count: number;
  readonly mine: boolean;
  readonly people: readonly Person[];
}

export interface ReplyPreview {
  readonly eventId: string;
  readonly sender: Person | undefined;
  /** undefined while it is loaded */
  readonly content: MessageContent | undefined;
}

export interface ThreadSummary {
  readonly rootId: string;
  readonly replies: number;
  readonly lastTs: number;
  readonly lastSender: Person | undefined;
  readonly lastText: string;
  readonly unread: number;
  readonly mentions: number;
}

export type SendState = 'sent' | 'waiting' | 'sending' | 'failed';

export interface MessageItem {
  readonly type: 'message';
  /** Stable over local echo and arrival: the transaction id for own messages of this device, else the event id. */
  readonly key: string;
  /** undefined while it is only in the outbox */
  readonly eventId: string | undefined;
  readonly sender: Person;
  readonly ts: number;
  readonly mine: boolean;
  readonly content: MessageContent;
  readonly edited: { readonly ts: number } | undefined;
  readonly replyTo: ReplyPreview | undefined;
  readonly threadRootId: string | undefined;
  readonly thread: ThreadSummary | undefined;
  readonly reactions: readonly Reaction[];
  /** People whose read receipt is at this item, without ourselves. */
  readonly readBy: readonly Person[];
  readonly mentionsMe: boolean;
  readonly encrypted: boolean;
  /** Why an encrypted message deserves a warning; undefined if all is well. */
  readonly shield: 'unverified-device' | 'unknown-device' | 'not-encrypted' | 'changed-identity' | undefined;
  readonly sendState: SendState;
  /** A sentence key for why it failed (i18n `errors.*`), when `sendState` is failed. */
  readonly sendError: string | undefined;
  /** 0-1 while a file is uploading. */
  readonly uploadProgress: number | undefined;
  readonly can: { readonly edit: boolean; readonly redact: boolean; readonly react: boolean; readonly reply: boolean; readonly pin: boolean };
  readonly pinned: boolean;
}

/** A state event, told in one sentence: i18n key `timeline.state.*` with values. */
export interface StateItem {
  readonly type: 'state';
  readonly key: string;
  readonly eventId: string;
  readonly ts: number;
  readonly sender: Person;
  readonly sentence: string;
  readonly values: Readonly<Record<string, string>>;
}

export type TimelineItem =
  | MessageItem
  | StateItem
  | { readonly type: 'day'; readonly key: string; readonly ts: number }
  | { readonly type: 'unread'; readonly key: string }
  | { readonly type: 'start'; readonly key: string };

export interface TimelineState {
  readonly items: readonly TimelineItem[];
  readonly canPaginateBack: boolean;
  readonly canPaginateForward: boolean;
  readonly loading: 'back' | 'forward' | 'initial' | undefined;
  readonly error: string | undefined;
  readonly typing: readonly Person[];
}
