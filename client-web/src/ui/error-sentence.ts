/** An error as a sentence that says what happened and what to do. */
import { DiscoveryFailed } from '../domain/accounts/discover-server.ts';
import { RequestFailed } from '../domain/http/matrix-request.ts';
import { NotConnected } from '../domain/inbox/conversation-actions.ts';
import { SendFailed } from '../domain/outbox/outbox.ts';
import { t, translateKey } from '../i18n/i18n.ts';
import { showToast } from './primitives/toast-store.ts';

interface SdkError {
  readonly errcode?: string;
  readonly httpStatus?: number;
  readonly name?: string;
  readonly data?: { readonly error?: string; readonly retry_after_ms?: number };
}

export function errorSentence(error: unknown): string {
  if (error instanceof DiscoveryFailed) return t(`errors.discovery.${error.reason}`);
  if (error instanceof NotConnected) return t('errors.notConnected');
  if (error instanceof SendFailed) return translateKey(`errors.send.${error.reason}`) ?? t('errors.unknown');
  if (error instanceof RequestFailed) return ofCode(error.code, error.status, error.retryAfterMs);
  const { errcode, httpStatus, name, data } = (error ?? {}) as SdkError;
  if (errcode !== undefined || httpStatus !== undefined) return ofCode(errcode ?? 'M_UNKNOWN', httpStatus, data?.retry_after_ms);
  if (name === 'ConnectionError' || name === 'TypeError') return t('errors.offline');
  return t('errors.unknown');
}

function ofCode(code: string, status: number | undefined, retryAfterMs: number | undefined): string {
  switch (code) {
    case 'NETWORK':
      return t('errors.offline');
    case 'TIMEOUT':
      return t('errors.timeout');
    case 'M_LIMIT_EXCEEDED':
      return t('errors.limited', { seconds: Math.max(1, Math.ceil((retryAfterMs ?? 1000) / 1000)) });
    case 'M_FORBIDDEN':
      return t('errors.forbidden');
    case 'M_NOT_FOUND':
      return t('errors.notFound');
    case 'M_TOO_LARGE':
      return t('errors.tooLarge');
    case 'M_USER_IN_USE':
      return t('errors.userInUse');
    case 'M_WEAK_PASSWORD':
      return t('errors.weakPassword');
    case 'M_USER_DEACTIVATED':
      return t('errors.userDeactivated');
    default:
      return status !== undefined && status >= 500 ? t('errors.server') : t('errors.unknown');
  }
}

/** For what a person did by a click or a key: tells them if it failed. */
export function attempt(work: Promise<unknown>): void {
  work.catch((error: unknown) => {
    console.error(error);
    showToast({ text: errorSentence(error), kind: 'danger' });
  });
}
