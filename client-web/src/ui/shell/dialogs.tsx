/** Shows the dialog that is open; each is loaded when first needed. */
import { lazy, memo, Suspense, useEffect, type ComponentType } from 'react';
import { closeDialog, useOpenDialog, type DialogName, type Dialogs as DialogProps } from './dialogs-store.ts';

const PALETTE_AFTER_MS = 1_500;

type DialogComponents = { readonly [Name in DialogName]?: ComponentType<DialogProps[Name] & { onClose(): void }> };

const loadPalette = async () => import('../palette/palette.tsx');

/** Whoever presses Ctrl+K types on at once: it has to be there by then. */
function usePaletteSoon(): void {
  useEffect(() => {
    const timer = setTimeout(() => void loadPalette().catch(() => {}), PALETTE_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
}

const components: DialogComponents = {
  'create-room': lazy(async () => ({ default: (await import('../rooms/create-room-dialog.tsx')).CreateRoomDialog })),
  'start-chat': lazy(async () => ({ default: (await import('../rooms/start-chat-dialog.tsx')).StartChatDialog })),
  directory: lazy(async () => ({ default: (await import('../rooms/directory-dialog.tsx')).DirectoryDialog })),
  join: lazy(async () => ({ default: (await import('../rooms/join-dialog.tsx')).JoinDialog })),
  invite: lazy(async () => ({ default: (await import('../rooms/invite-dialog.tsx')).InviteDialog })),
  person: lazy(async () => ({ default: (await import('../rooms/person-dialog.tsx')).PersonDialog })),
  moderate: lazy(async () => ({ default: (await import('../rooms/moderate-dialog.tsx')).ModerateDialog })),
  'room-settings': lazy(async () => ({ default: (await import('../rooms/settings/room-settings-dialog.tsx')).RoomSettingsDialog })),
  'set-up-encryption': lazy(async () => ({ default: (await import('../encryption/keep-key-dialog.tsx')).KeepKeyDialog })),
  unlock: lazy(async () => ({ default: (await import('../encryption/unlock-dialog.tsx')).UnlockDialog })),
  verify: lazy(async () => ({ default: (await import('../encryption/verify-dialog.tsx')).VerifyDialog })),
  palette: lazy(async () => ({ default: (await loadPalette()).Palette })),
  snooze: lazy(async () => ({ default: (await import('../inbox/snooze-dialog.tsx')).SnoozeDialog })),
  'own-split': lazy(async () => ({ default: (await import('../inbox/own-split-dialog.tsx')).OwnSplitDialog })),
  'edit-history': lazy(async () => ({ default: (await import('../conversation/edit-history-dialog.tsx')).EditHistoryDialog })),
  reactions: lazy(async () => ({ default: (await import('../conversation/reactions-dialog.tsx')).ReactionsDialog })),
  'seen-by': lazy(async () => ({ default: (await import('../conversation/seen-by-dialog.tsx')).SeenByDialog })),
  forward: lazy(async () => ({ default: (await import('../conversation/forward-dialog.tsx')).ForwardDialog })),
  lightbox: lazy(async () => ({ default: (await import('../conversation/lightbox.tsx')).Lightbox })),
  commands: lazy(async () => ({ default: (await import('../composer/commands-dialog.tsx')).CommandsDialog })),
  shortcuts: lazy(async () => ({ default: (await import('../palette/shortcuts-dialog.tsx')).ShortcutsDialog })),
};

export const Dialogs = memo(function Dialogs() {
  const open = useOpenDialog();
  usePaletteSoon();
  if (!open) return null;
  const Component = components[open.name] as ComponentType<object> | undefined;
  if (!Component) return null;
  return (
    <Suspense>
      <Component {...open.props} {...{ onClose: closeDialog }} />
    </Suspense>
  );
});
