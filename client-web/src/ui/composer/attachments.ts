/** Files that were chosen and not sent yet. They are looked at while the person still writes. */
import { createStore, useStore } from 'zustand';
import type { DraftKey } from '../../domain/composer/drafts.ts';
import type { OutboxFile } from '../../domain/outbox/outbox-entry.ts';
import { kindOfFile, type FileKind } from '../../domain/media/shown-types.ts';

export interface Attachment {
  readonly id: number;
  readonly file: File;
  readonly kind: FileKind;
  readonly caption: string;
  readonly asFile: boolean;
  readonly smaller: boolean;
  /** Once it was looked at. */
  readonly seen: OutboxFile | undefined;
}

export const attachmentStore = createStore<{ readonly lists: ReadonlyMap<DraftKey, readonly Attachment[]> }>(() => ({ lists: new Map() }));
const NONE: readonly Attachment[] = [];
/** What is read of files, by attachment. */
const prepared = new Map<number, Promise<OutboxFile>>();
let lastId = 0;

export const useAttachments = (key: DraftKey): readonly Attachment[] => useStore(attachmentStore, (state) => state.lists.get(key) ?? NONE);

function change(key: DraftKey, by: (list: readonly Attachment[]) => readonly Attachment[]): void {
  const lists = new Map(attachmentStore.getState().lists);
  const list = by(lists.get(key) ?? NONE);
  if (list.length === 0) lists.delete(key);
  else lists.set(key, list);
  attachmentStore.setState({ lists });
}

function prepare(key: DraftKey, attachment: Attachment): void {
  const { id, file, asFile, smaller } = attachment;
  const work = import('../../domain/media/prepare-file.ts').then(async ({ prepareFile }) => prepareFile(file, { asFile, smaller }));
  prepared.set(id, work);
  work.then(
    (seen) => {
      if (prepared.get(id) === work) change(key, (list) => list.map((one) => (one.id === id ? { ...one, seen } : one)));
    },
    () => {},
  );
}

export const attachments = {
  list: (key: DraftKey): readonly Attachment[] => attachmentStore.getState().lists.get(key) ?? NONE,
  add(key: DraftKey, files: readonly File[]): void {
    const added = files.map((file): Attachment => ({
      id: ++lastId,
      file,
      kind: kindOfFile(file.type),
      caption: '',
      asFile: false,
      smaller: false,
      seen: undefined,
    }));
    change(key, (list) => [...list, ...added]);
    for (const attachment of added) prepare(key, attachment);
  },
  change(key: DraftKey, id: number, by: Partial<Pick<Attachment, 'caption' | 'asFile' | 'smaller'>>): void {
    change(key, (list) => list.map((one) => (one.id === id ? { ...one, ...by } : one)));
    const changed = attachments.list(key).find((one) => one.id === id);
    if (changed && (by.asFile !== undefined || by.smaller !== undefined)) prepare(key, changed);
  },
  remove(key: DraftKey, id: number): void {
    prepared.delete(id);
    change(key, (list) => list.filter((one) => one.id !== id));
  },
  /** Empties the tray; `files` gives what is to be sent, in order. */
  take(key: DraftKey): readonly (Attachment & { readonly prepared: Promise<OutboxFile> })[] {
    const taken = attachments.list(key).map((one) => ({ ...one, prepared: prepared.get(one.id)! }));
    change(key, () => NONE);
    for (const { id } of taken) prepared.delete(id);
    return taken;
  },
} as const;
