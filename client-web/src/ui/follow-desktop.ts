/** What the desktop shell tells the page. */
import type { App } from '../domain/app.ts';
import { navigate } from './route.ts';

export function followDesktop(app: App): void {
  window.nexuscommDesktop?.onLink((target) => navigate({ page: 'link', target }));
  window.nexuscommDesktop?.onResume(() => app.retryNow());
}
