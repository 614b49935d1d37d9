/** Shows the question of `askForNewAdmin`; the dialog is loaded when it is first asked. */
import { lazy, Suspense } from 'react';
import { useStore } from 'zustand';
import { newAdminStore } from './ask-new-admin.ts';

const NewAdminDialog = lazy(async () => ({ default: (await import('./new-admin-dialog.tsx')).NewAdminDialog }));

export function NewAdminHost() {
  const asked = useStore(newAdminStore, (state) => state.asked);
  if (!asked) return null;
  return (
    <Suspense>
      <NewAdminDialog key={asked.roomId} asked={asked} />
    </Suspense>
  );
}
