/** Every primitive in every state, for those who build with them and for e2e/primitives.test.ts. Not part of the product. */
import '../ui/theme.ts';
import '../ui/base.css';
import { type ReactNode, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { initI18n } from '../i18n/i18n.ts';
import { Bubbles, Calm, Joined, Lens, Shield } from '../ui/illustrations.tsx';
import { Button } from '../ui/primitives/button.tsx';
import { EmptyState } from '../ui/primitives/empty-state.tsx';
import { ErrorBoundary } from '../ui/primitives/error-boundary.tsx';
import { themeStore } from '../ui/theme.ts';
import { UiRoot } from '../ui/ui-root.tsx';
import { Buttons } from './buttons.tsx';
import { Card } from './card.tsx';
import { Choices } from './choices.tsx';
import { Feedback } from './feedback.tsx';
import { Fields } from './fields.tsx';
import styles from './gallery.module.css';
import { Overlays } from './overlays.tsx';
import { Panes } from './panes.tsx';
import { People } from './people.tsx';
import { Together } from './together.tsx';
import { Top } from './top.tsx';

function Fails(): ReactNode {
  throw new Error('This one fails on purpose');
}

const COLOURS = [
  'surface-0',
  'surface-1',
  'surface-2',
  'surface-3',
  'surface-sunken',
  'text',
  'text-soft',
  'text-faint',
  'line-strong',
  'line-control',
  'accent',
  'accent-text',
  'accent-soft',
  'danger',
  'success',
  'warning',
  'mention',
  'mention-soft',
  'inverse',
  ...Array.from({ length: 8 }, (_, index) => `identity-${index}`),
];

function Gallery() {
  return (
    <div className={styles.page}>
      <Top />
      <main className={styles.main}>
        <Together />
        <Buttons />
        <Fields />
        <Choices />
        <Overlays />
        <People />
        <Feedback />
        <Panes />
        <Card title="Colours">
          <div className={styles.swatches}>
            {COLOURS.map((name) => (
              <div key={name} className={styles.swatch}>
                <span style={{ background: `var(--${name})` }} />
                {name}
              </div>
            ))}
          </div>
        </Card>
        <Card title="Places that are empty" whole>
          <div className={styles.empties}>
            <EmptyState illustration={<Calm />} title="All done" action={<Button>See snoozed</Button>}>
              The next conversation wakes tomorrow at 9:00.
            </EmptyState>
            <EmptyState illustration={<Bubbles />} title="No conversations yet" action={<Button kind="primary">Start one</Button>}>
              Write to somebody on any server, or join a room.
            </EmptyState>
            <EmptyState illustration={<Lens />} title="Nothing found">
              No room, person or message has these words.
            </EmptyState>
            <EmptyState illustration={<Joined />} title="One inbox for all your servers" />
            <EmptyState size="small" illustration={<Shield />} title="Verified">
              Nobody reads along.
            </EmptyState>
            <ErrorBoundary>
              <Fails />
            </ErrorBoundary>
          </div>
        </Card>
      </main>
    </div>
  );
}

await initI18n(themeStore.getState().language);
createRoot(document.getElementById('root')!, {
  // The page shows a component that fails.
  onCaughtError: () => undefined,
}).render(
  <StrictMode>
    <UiRoot>
      <Gallery />
    </UiRoot>
  </StrictMode>,
);
