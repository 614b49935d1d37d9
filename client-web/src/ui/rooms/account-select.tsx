/** As whom: only asked for where there are several accounts. */
import { useState } from 'react';
import { useT } from '../../i18n/i18n.ts';
import { useAccounts } from '../app-context.ts';
import { Select } from '../primitives/select.tsx';
import { routeStore } from '../route.ts';

/** The account that was asked for, else that of the open conversation, else the first. */
export function useChosenAccount(asked: string | undefined): readonly [string | undefined, (accountKey: string) => void] {
  const accounts = useAccounts();
  const [chosen, choose] = useState(() => {
    const route = routeStore.getState();
    return asked ?? (route.page === 'inbox' ? route.conversation?.accountKey : undefined);
  });
  return [accounts.some((account) => account.key === chosen) ? chosen : accounts[0]?.key, choose];
}

export function AccountSelect({ value, onChange }: { readonly value: string | undefined; readonly onChange: (accountKey: string) => void }) {
  const t = useT();
  const accounts = useAccounts();
  if (accounts.length < 2) return null;
  return (
    <Select
      label={t('rooms.as')}
      options={accounts.map((account) => ({ value: account.key, label: account.displayName ?? account.userId, hint: account.userId }))}
      value={value}
      onChange={onChange}
    />
  );
}
