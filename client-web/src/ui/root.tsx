import { lazy, Suspense } from 'react';
import { useAccounts } from './app-context.ts';
import { ConfirmHost } from './primitives/confirm.tsx';
import { ToastRegion } from './primitives/toast.tsx';
import { useRoute } from './route.ts';
import { Shell } from './shell/shell.tsx';

const Welcome = lazy(async () => ({ default: (await import('./welcome/welcome.tsx')).Welcome }));

export function Root() {
  const accounts = useAccounts();
  const page = useRoute((route) => route.page);
  return (
    <>
      {accounts.length === 0 || page === 'add-account' ? (
        <Suspense>
          <Welcome />
        </Suspense>
      ) : (
        <Shell />
      )}
      <ConfirmHost />
      <ToastRegion />
    </>
  );
}
