/** Branded identifiers (Appendices, "Identifier grammar"). Made by the parsers beside this file, never by a cast. */
declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

export type ServerName = Branded<'ServerName'>;
export type UserId = Branded<'UserId'>;
export type RoomId = Branded<'RoomId'>;
export type RoomAlias = Branded<'RoomAlias'>;
export type EventId = Branded<'EventId'>;
export type MxcUri = Branded<'MxcUri'>;
