/** What a room is, as plain data: for its panel and its settings. */
import { maySetState, type PowerLevels } from './power-levels.ts';

/** `space`: members of some spaces; others ask to join where `knock_space`. `unknown`: rules of later room versions. */
export type JoinAccess = 'invite' | 'knock' | 'space' | 'knock_space' | 'public' | 'unknown';
export type HistoryVisibility = 'world_readable' | 'shared' | 'invited' | 'joined';

export interface ServerAcl {
  readonly allow: readonly string[];
  readonly deny: readonly string[];
  readonly ipLiterals: boolean;
}

export interface RoomDetails {
  readonly roomId: string;
  readonly myUserId: string;
  /** As the client calls it; `givenName` is empty where nobody named the room. */
  readonly name: string;
  readonly givenName: string;
  readonly topic: string;
  readonly avatarMxc: string | undefined;
  readonly version: string;
  readonly isSpace: boolean;
  readonly federated: boolean;
  readonly encrypted: boolean;
  readonly memberCount: number;
  readonly access: JoinAccess;
  /** Room ids of the spaces whose members may join. */
  readonly spaces: readonly string[];
  readonly history: HistoryVisibility;
  readonly guests: boolean;
  readonly canonicalAlias: string | undefined;
  readonly altAliases: readonly string[];
  readonly pinned: readonly string[];
  readonly acl: ServerAcl | undefined;
  readonly levels: PowerLevels;
  /** The room that took this one's place, and the one whose place this took. */
  readonly successor: string | undefined;
  readonly predecessor: { readonly roomId: string; readonly eventId: string | undefined } | undefined;
}

export const mayChange = (details: RoomDetails, eventType: string): boolean => maySetState(details.levels, details.myUserId, eventType);

const numberOf = (version: string): number => (/^\d+$/.test(version) ? Number(version) : 0);

/** Room versions learn: asking to join is there since 7, members of spaces since 8, both together since 10, creators above all since 12. */
export const knows = {
  knock: (version: string): boolean => numberOf(version) === 0 || numberOf(version) >= 7,
  spaces: (version: string): boolean => numberOf(version) === 0 || numberOf(version) >= 8,
  knockOrSpaces: (version: string): boolean => numberOf(version) === 0 || numberOf(version) >= 10,
  creators: (version: string): boolean => numberOf(version) >= 12 || version === 'org.matrix.hydra.11',
} as const;

/** What is known of a room before one is in it. */
export interface RoomPreview {
  readonly roomId: string;
  readonly alias: string | undefined;
  readonly name: string;
  readonly topic: string | undefined;
  readonly avatarMxc: string | undefined;
  /** undefined where the server does not tell */
  readonly members: number | undefined;
  readonly access: JoinAccess;
  readonly encrypted: boolean | undefined;
  readonly isSpace: boolean;
  readonly membership: 'join' | 'invite' | 'knock' | 'ban' | undefined;
  readonly via: readonly string[];
}
