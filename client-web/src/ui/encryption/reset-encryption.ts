/** Starting over, after a clear question. */
import { AuthCancelled } from '../../domain/matrix/interactive-auth.ts';
import type { LiveSession } from '../../domain/matrix/live-session.ts';
import { t } from '../../i18n/i18n.ts';
import { confirm } from '../primitives/confirm.tsx';
import { askPasswordOf } from '../settings/ask-password.tsx';
import { openDialog } from '../shell/dialogs-store.ts';

export async function resetEncryption(live: LiveSession): Promise<void> {
  const sure = await confirm({
    title: t('encryption.resetTitle'),
    body: t('encryption.resetBody'),
    action: t('encryption.resetAction'),
    danger: true,
  });
  if (!sure) return;
  try {
    await live.encryption.reset(async () => {
      const password = await askPasswordOf(live.account.userId)(false);
      if (password === undefined) throw new AuthCancelled();
      return password;
    });
    openDialog('set-up-encryption', { accountKey: live.account.key });
  } catch (error) {
    if (!(error instanceof AuthCancelled)) throw error;
  }
}
