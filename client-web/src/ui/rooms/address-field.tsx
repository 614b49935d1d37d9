/** An address of the account's own server, checked while it is typed. */
import { useEffect, useState, type ReactNode } from 'react';
import { localAlias } from '../../domain/rooms/addresses.ts';
import { useT } from '../../i18n/i18n.ts';
import { useLive } from '../app-context.ts';
import { TextField } from '../primitives/text-field.tsx';
import styles from './dialog-form.module.css';

const CHECK_AFTER_MS = 400;

export interface AddressFieldProps {
  readonly value: string;
  readonly serverName: string;
  readonly check: AddressCheck;
  readonly error: string | undefined;
  readonly optional?: boolean;
  readonly label?: string;
  /** After the server's name: a button. */
  readonly after?: ReactNode;
  readonly onChange: (text: string) => void;
}

export function AddressField({ value, serverName, check, error, optional = false, label, after, onChange }: AddressFieldProps) {
  const t = useT();
  const shown = label ?? t('rooms.address.label');
  const problem = error ?? (check === 'taken' ? t('rooms.address.taken') : check === 'invalid' ? t('rooms.address.invalid') : undefined);
  return (
    <TextField
      label={optional ? `${shown} (${t('common.optional')})` : shown}
      hint={check === 'free' ? t('rooms.address.free') : t('rooms.address.hint')}
      error={problem}
      value={value}
      onChange={onChange}
      icon={<span className={styles.hash}>#</span>}
      after={
        <>
          <span className={styles.affix}>:{serverName}</span>
          {after}
        </>
      }
      inputProps={{ autoCapitalize: 'none', spellCheck: false, autoComplete: 'off' }}
    />
  );
}

export type AddressCheck = 'unknown' | 'free' | 'taken' | 'invalid';

/** Whether an address of the account's server is free, a moment after the last key. */
export function useAddressCheck(accountKey: string | undefined, text: string): AddressCheck {
  const live = useLive(accountKey);
  const [found, setFound] = useState<{ text: string; check: AddressCheck }>();
  const serverName = live?.roomOperations.serverName ?? '';
  const address = text === '' ? undefined : localAlias(text, serverName)?.alias;
  useEffect(() => {
    if (!live || address === undefined) return;
    let current = true;
    const timer = setTimeout(() => {
      live.roomOperations.isAliasFree(address).then(
        (free) => current && setFound({ text, check: free ? 'free' : 'taken' }),
        () => {},
      );
    }, CHECK_AFTER_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [live, address, text]);
  if (text !== '' && live && address === undefined) return 'invalid';
  return found?.text === text ? found.check : 'unknown';
}
