import { useEffect, useState } from 'react';
import { formatBytes } from '../../i18n/format.ts';
import { useT } from '../../i18n/i18n.ts';
import { useAccounts, useApp } from '../app-context.ts';
import { attempt } from '../error-sentence.ts';
import { Button } from '../primitives/button.tsx';
import { Logo } from '../primitives/logo.tsx';
import styles from './section.module.css';

declare const __VERSION__: string;

export function AboutSection() {
  const t = useT();
  const app = useApp();
  const accounts = useAccounts();
  const [bytes, setBytes] = useState<number>();
  useEffect(() => {
    void navigator.storage?.estimate?.().then((estimate) => setBytes(estimate.usage));
  }, []);
  const clear = async (): Promise<void> => {
    await app.clearCaches();
    location.reload();
  };
  return (
    <>
      <div className={styles.card}>
        <div className={styles.row}>
          <Logo size={48} />
          <div>
            <p className={styles.name}>{t('settings.about.version', { version: __VERSION__ })}</p>
            <p className={styles.small}>{t('settings.about.licence')}</p>
          </div>
        </div>
      </div>
      <section className={styles.group}>
        <h3 className={styles.heading}>{t('settings.about.servers')}</h3>
        <ul className={styles.items}>
          {accounts.map((account) => (
            <li key={account.key} className={styles.item}>
              <div className={styles.words}>
                <p className={styles.name}>{account.userId}</p>
                <p className={styles.small}>{account.baseUrl}</p>
              </div>
            </li>
          ))}
        </ul>
      </section>
      <div className={styles.card}>
        {bytes !== undefined && <p>{t('settings.about.storage', { bytes: formatBytes(bytes) })}</p>}
        <div className={styles.between}>
          <p className={styles.hint}>{t('settings.about.clearHint')}</p>
          <Button onPress={() => attempt(clear())}>{t('settings.about.clear')}</Button>
        </div>
      </div>
    </>
  );
}
