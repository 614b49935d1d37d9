import { t } from '../i18n/i18n.ts';
import { showToast } from './primitives/toast-store.ts';

/** To the clipboard, which is told. */
export async function copyText(text: string): Promise<void> {
  await navigator.clipboard.writeText(text);
  showToast({ text: t('common.copied') });
}
