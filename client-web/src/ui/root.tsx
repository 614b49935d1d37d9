import { lazy, Suspense } from 'react';
import { useAccounts } from './app-context.ts';
import { useRoute } from './route.ts';
import { Shell } from './shell/shell.tsx';

const Welcome = lazy(async () => ({ default: (await import('./welcome/welcome.tsx')).Welcome }));

export function Root() {
  const accounts = useAccounts();
  const page = useRoute((route) => route.page);
  if (accounts.length > 0 && page !== 'add-account') return <Shell />;
  return (
    <Suspense>
      <Welcome />
    </Suspense>
  );
}
