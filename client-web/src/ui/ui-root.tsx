import { useEffect, type ReactNode } from 'react';
import { I18nProvider } from 'react-aria-components';
import { currentLocale, setLanguage, useLanguage } from '../i18n/i18n.ts';
import { ConfirmHost } from './primitives/confirm.tsx';
import { ToastRegion } from './primitives/toast.tsx';
import { useAppearance } from './theme.ts';

/** What every part of the client stands on: the language, and the places of toasts and questions. */
export function UiRoot({ children }: { readonly children: ReactNode }) {
  useLanguage();
  const chosen = useAppearance((appearance) => appearance.language);
  useEffect(() => void setLanguage(chosen), [chosen]);
  return (
    <I18nProvider locale={currentLocale()}>
      {children}
      <ConfirmHost />
      <ToastRegion />
    </I18nProvider>
  );
}
