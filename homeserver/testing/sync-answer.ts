/** Of an answer of `GET /sync`, what tests look at. */
export interface SyncAnswer {
  readonly next_batch: string;
  readonly rooms?: {
    readonly join?: Readonly<Record<string, { readonly timeline?: Events<{ readonly event_id: string }>; readonly ephemeral?: Events<TypedEvent> }>>;
  };
  readonly presence?: Events<TypedEvent & { readonly sender: string }>;
  readonly to_device?: Events<TypedEvent & { readonly sender: string }>;
  readonly device_lists?: { readonly changed?: readonly string[]; readonly left?: readonly string[] };
}

export interface TypedEvent {
  readonly type: string;
  readonly content: Readonly<Record<string, unknown>>;
}

interface Events<Event> {
  readonly events?: readonly Event[];
}
