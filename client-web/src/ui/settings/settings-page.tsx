/** Settings: what belongs to an account, and what belongs to this device. */
import { ArrowLeft, BellRing, Info, KeyRound, MonitorSmartphone, Palette, UserRound, Users } from 'lucide-react';
import type { ComponentType, ReactNode } from 'react';
import type { AccountRecord } from '../../domain/accounts/account.ts';
import { useT } from '../../i18n/i18n.ts';
import { useAccounts } from '../app-context.ts';
import { classNames } from '../class-names.ts';
import { IconButton } from '../primitives/icon-button.tsx';
import { Select } from '../primitives/select.tsx';
import { navigate } from '../route.ts';
import { useShortcuts } from '../shell/shortcuts.ts';
import { AboutSection } from './about-section.tsx';
import { AccountsSection } from './accounts-section.tsx';
import { AppearanceSection } from './appearance-section.tsx';
import { NotificationsSection } from './notifications-section.tsx';
import { ProfileSection } from './profile-section.tsx';
import { SecuritySection } from './security-section.tsx';
import { SessionsSection } from './sessions-section.tsx';
import styles from './settings-page.module.css';

const SECTIONS = {
  profile: { icon: <UserRound />, ofAccount: true, Section: ProfileSection },
  appearance: { icon: <Palette />, ofAccount: false, Section: AppearanceSection },
  notifications: { icon: <BellRing />, ofAccount: true, Section: NotificationsSection },
  security: { icon: <KeyRound />, ofAccount: true, Section: SecuritySection },
  sessions: { icon: <MonitorSmartphone />, ofAccount: true, Section: SessionsSection },
  accounts: { icon: <Users />, ofAccount: false, Section: AccountsSection },
  about: { icon: <Info />, ofAccount: false, Section: AboutSection },
} as const satisfies Record<string, { icon: ReactNode; ofAccount: boolean; Section: ComponentType<{ account: AccountRecord }> }>;
type SectionName = keyof typeof SECTIONS;
const NAMES = Object.keys(SECTIONS) as SectionName[];

export interface SettingsPageProps {
  readonly section: string;
  readonly accountKey: string | undefined;
}

export function SettingsPage({ section, accountKey }: SettingsPageProps) {
  const t = useT();
  const accounts = useAccounts();
  const name = NAMES.find((one) => one === section) ?? 'profile';
  const account = accounts.find((one) => one.key === accountKey) ?? accounts[0];
  const { Section, ofAccount } = SECTIONS[name];
  const close = (): void => navigate({ page: 'inbox', split: 'everything', conversation: undefined });
  useShortcuts({ escape: close });
  if (!account) return null;
  return (
    <div className={styles.page}>
      <nav className={styles.nav} aria-label={t('settings.title')}>
        <header className={styles.head}>
          <IconButton label={t('common.back')} onPress={close}>
            <ArrowLeft />
          </IconButton>
          <h1 className={styles.title}>{t('settings.title')}</h1>
        </header>
        <ul className={styles.list}>
          {NAMES.map((one) => (
            <li key={one}>
              <button
                type="button"
                className={classNames(styles.link, one === name && styles.chosen)}
                aria-current={one === name ? 'page' : undefined}
                onClick={() => navigate({ page: 'settings', section: one, accountKey: account.key })}
              >
                {SECTIONS[one].icon}
                <span>{t(`settings.section.${one}`)}</span>
              </button>
            </li>
          ))}
        </ul>
      </nav>
      <main className={styles.main}>
        <div className={styles.content} key={`${name} ${account.key}`}>
          <header className={styles.sectionHead}>
            <h2 className={styles.sectionTitle}>{t(`settings.section.${name}`)}</h2>
            {ofAccount && accounts.length > 1 && (
              <Select
                label={t('settings.account')}
                hideLabel
                value={account.key}
                onChange={(key) => navigate({ page: 'settings', section: name, accountKey: key })}
                options={accounts.map((one) => ({ value: one.key, label: one.userId }))}
              />
            )}
          </header>
          <Section account={account} />
        </div>
      </main>
    </div>
  );
}
