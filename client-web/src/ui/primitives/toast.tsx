import { CircleAlert, CircleCheck, X } from 'lucide-react';
import { useEffect } from 'react';
import { Button } from 'react-aria-components';
import { createPortal } from 'react-dom';
import { useStore } from 'zustand';
import { useT } from '../../i18n/i18n.ts';
import { classNames } from '../class-names.ts';
import { Kbd } from './kbd.tsx';
import { dismissToast, pauseToasts, removeToast, resumeToasts, toasts, type Toast } from './toast-store.ts';
import styles from './toast.module.css';

export { dismissToast, showToast, toasts, type Toast, type ToastContent } from './toast-store.ts';

/** Once on the page. Above dialogs, which leave it readable and usable. */
export function ToastRegion() {
  const t = useT();
  const shown = useStore(toasts, (state) => state.shown);

  // Nobody reads what is shown behind another window.
  useEffect(() => {
    const onVisibility = (): void => (document.hidden ? pauseToasts() : resumeToasts());
    document.addEventListener('visibilitychange', onVisibility);
    return () => document.removeEventListener('visibilitychange', onVisibility);
  }, []);
  // A toast that leaves under the pointer sends no leave event.
  useEffect(() => {
    if (shown.length === 0) resumeToasts();
  }, [shown.length]);

  return createPortal(
    <section
      className={styles.region}
      aria-label={t('common.notifications')}
      data-react-aria-top-layer="true"
      onPointerEnter={pauseToasts}
      onPointerLeave={resumeToasts}
      onFocus={pauseToasts}
      onBlur={resumeToasts}
    >
      <ol className={styles.list} aria-live="polite" aria-relevant="additions">
        {shown.map((toast) => (
          <ToastCard key={toast.id} toast={toast} />
        ))}
      </ol>
    </section>,
    document.body,
  );
}

function ToastCard({ toast: { id, text, kind = 'info', action, leaving } }: { readonly toast: Toast }) {
  const t = useT();
  // Without motion there is no animation whose end could remove it.
  useEffect(() => {
    if (!leaving) return undefined;
    const timer = setTimeout(() => removeToast(id), 250);
    return () => clearTimeout(timer);
  }, [id, leaving]);
  return (
    <li className={classNames(styles.toast, styles[kind], leaving && styles.leaving)} role={kind === 'danger' ? 'alert' : undefined} aria-atomic>
      {kind === 'success' && <CircleCheck className={styles.icon} aria-hidden />}
      {kind === 'danger' && <CircleAlert className={styles.icon} aria-hidden />}
      <span className={styles.text}>{text}</span>
      {action && (
        <Button
          className={styles.action}
          onPress={() => {
            dismissToast(id);
            action.onAction();
          }}
        >
          {action.label}
          {action.keys !== undefined && <Kbd keys={action.keys} inverse />}
        </Button>
      )}
      <Button className={styles.close} aria-label={t('common.dismiss')} onPress={() => dismissToast(id)}>
        <X aria-hidden />
      </Button>
    </li>
  );
}
