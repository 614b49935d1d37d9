/** Shows the dialog that is open; each is loaded when first needed. */
import { lazy, Suspense, type ComponentType } from 'react';
import { closeDialog, useOpenDialog, type DialogName, type Dialogs as DialogProps } from './dialogs-store.ts';

type DialogComponents = { readonly [Name in DialogName]?: ComponentType<DialogProps[Name] & { onClose(): void }> };

const components: DialogComponents = {
  palette: lazy(async () => ({ default: (await import('../palette/palette.tsx')).Palette })),
  snooze: lazy(async () => ({ default: (await import('../inbox/snooze-dialog.tsx')).SnoozeDialog })),
  'edit-history': lazy(async () => ({ default: (await import('../conversation/edit-history-dialog.tsx')).EditHistoryDialog })),
  reactions: lazy(async () => ({ default: (await import('../conversation/reactions-dialog.tsx')).ReactionsDialog })),
  'seen-by': lazy(async () => ({ default: (await import('../conversation/seen-by-dialog.tsx')).SeenByDialog })),
  forward: lazy(async () => ({ default: (await import('../conversation/forward-dialog.tsx')).ForwardDialog })),
  lightbox: lazy(async () => ({ default: (await import('../conversation/lightbox.tsx')).Lightbox })),
  commands: lazy(async () => ({ default: (await import('../composer/commands-dialog.tsx')).CommandsDialog })),
  shortcuts: lazy(async () => ({ default: (await import('../palette/shortcuts-dialog.tsx')).ShortcutsDialog })),
};

export function Dialogs() {
  const open = useOpenDialog();
  if (!open) return null;
  const Component = components[open.name] as ComponentType<object> | undefined;
  if (!Component) return null;
  return (
    <Suspense>
      <Component {...open.props} {...{ onClose: closeDialog }} />
    </Suspense>
  );
}
