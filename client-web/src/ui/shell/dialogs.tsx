/** Shows the dialog that is open; each is loaded when first needed. */
import { lazy, Suspense, type ComponentType } from 'react';
import { closeDialog, useOpenDialog, type DialogName, type Dialogs as DialogProps } from './dialogs-store.ts';

type DialogComponents = { readonly [Name in DialogName]?: ComponentType<DialogProps[Name] & { onClose(): void }> };

const components: DialogComponents = {
  'set-up-encryption': lazy(async () => ({ default: (await import('../encryption/keep-key-dialog.tsx')).KeepKeyDialog })),
  unlock: lazy(async () => ({ default: (await import('../encryption/unlock-dialog.tsx')).UnlockDialog })),
  verify: lazy(async () => ({ default: (await import('../encryption/verify-dialog.tsx')).VerifyDialog })),
  palette: lazy(async () => ({ default: (await import('../palette/palette.tsx')).Palette })),
  snooze: lazy(async () => ({ default: (await import('../inbox/snooze-dialog.tsx')).SnoozeDialog })),
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
