/** Entry: appearance and language first, then what is kept in this browser, then the first paint, then the sessions. */
import './ui/theme.ts';
import './ui/base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { openVault } from './domain/accounts/account.ts';
import { App } from './domain/app.ts';
import { initI18n } from './i18n/i18n.ts';
import { AppContext } from './ui/app-context.ts';
import { attempt } from './ui/error-sentence.ts';
import { followDesktop } from './ui/follow-desktop.ts';
import { startNotifier } from './ui/notifications/notifier.ts';
import { ErrorBoundary } from './ui/primitives/error-boundary.tsx';
import { Root } from './ui/root.tsx';
import { themeStore } from './ui/theme.ts';
import { UiRoot } from './ui/ui-root.tsx';

async function start(): Promise<void> {
  const [app] = await Promise.all([App.open(window.nexuscommDesktop?.vault ?? openVault), initI18n(themeStore.getState().language)]);
  createRoot(document.getElementById('root')!).render(
    <StrictMode>
      <AppContext value={app}>
        <UiRoot>
          <ErrorBoundary>
            <Root />
          </ErrorBoundary>
        </UiRoot>
      </AppContext>
    </StrictMode>,
  );
  app.changes.onRefused = (error) => attempt(Promise.reject(error));
  startNotifier(app);
  followDesktop(app);
  // After the first paint: the SDK is half a megabyte of script.
  requestAnimationFrame(() => setTimeout(() => app.startSessions(), 0));
}

if ('serviceWorker' in navigator && import.meta.env.PROD && /^(https?|nexuscomm):$/.test(location.protocol)) {
  navigator.serviceWorker.register('./service-worker.js', { type: 'module' }).catch(() => {
    // Private windows refuse: media are then loaded without it, and nothing is kept for offline.
  });
}
void start();
