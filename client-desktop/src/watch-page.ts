/** When the page ends or hangs, the person is asked what to do. */
import type { BrowserWindow, Dialog, RenderProcessGoneDetails } from 'electron';
import type { Translate } from './words.ts';

/** Ended on purpose: nothing to ask. */
const IN_ORDER: ReadonlySet<RenderProcessGoneDetails['reason']> = new Set(['clean-exit', 'killed']);

export function watchPage(
  window: Pick<BrowserWindow, 'on' | 'isDestroyed'> & { readonly webContents: Pick<BrowserWindow['webContents'], 'on' | 'reload'> },
  dialog: Pick<Dialog, 'showMessageBox'>,
  given: { readonly t: Translate; quit(): void },
): void {
  const { t } = given;
  let asking = false;
  const ask = async (title: 'crashTitle' | 'unresponsiveTitle', detail: 'crashBody' | 'unresponsiveBody', other: 'quit' | 'wait'): Promise<void> => {
    if (asking) return;
    asking = true;
    const { response } = await dialog.showMessageBox({
      type: 'error',
      message: t(title),
      detail: t(detail),
      buttons: [t('crashReload'), t(other)],
      defaultId: 0,
      cancelId: 1,
    });
    asking = false;
    if (response === 0 && !window.isDestroyed()) window.webContents.reload();
    else if (response !== 0 && other === 'quit') given.quit();
  };
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (!IN_ORDER.has(reason)) void ask('crashTitle', 'crashBody', 'quit');
  });
  window.on('unresponsive', () => void ask('unresponsiveTitle', 'unresponsiveBody', 'wait'));
}
