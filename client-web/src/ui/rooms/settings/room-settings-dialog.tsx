/** All about a room that can be changed. What somebody may not change is shown with the reason. */
import { Bell, DoorOpen, Settings2, ShieldHalf, Wrench } from 'lucide-react';
import { useRef, useState, type ReactNode } from 'react';
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components';
import type { LiveSession } from '../../../domain/matrix/live-session.ts';
import type { RoomDetails } from '../../../domain/rooms/room-details.ts';
import { useT } from '../../../i18n/i18n.ts';
import { useLive } from '../../app-context.ts';
import { confirm } from '../../primitives/confirm.tsx';
import { Dialog } from '../../primitives/dialog.tsx';
import { LoadingPane } from '../../primitives/spinner.tsx';
import type { Dialogs, RoomSettingsSection } from '../../shell/dialogs-store.ts';
import { useRoomDetails } from '../use-room-details.ts';
import { AccessSection } from './access-section.tsx';
import { AdvancedSection } from './advanced-section.tsx';
import { GeneralSection } from './general-section.tsx';
import { NotificationsSection } from './notifications-section.tsx';
import { RolesSection } from './roles-section.tsx';
import { changedIdentity, type UnsavedIdentity } from './room-identity.tsx';
import styles from './room-settings.module.css';

export interface SectionProps {
  readonly live: LiveSession;
  readonly accountKey: string;
  readonly details: RoomDetails;
  readonly onClose: () => void;
  /** Of name and topic what was written and not saved: it stays while other sections are looked at. */
  readonly unsaved: UnsavedIdentity;
  readonly onWrite: (unsaved: UnsavedIdentity) => void;
}

const SECTIONS: readonly { readonly id: RoomSettingsSection; readonly icon: ReactNode; readonly Section: (props: SectionProps) => ReactNode }[] = [
  { id: 'general', icon: <Settings2 />, Section: GeneralSection },
  { id: 'access', icon: <DoorOpen />, Section: AccessSection },
  { id: 'roles', icon: <ShieldHalf />, Section: RolesSection },
  { id: 'notifications', icon: <Bell />, Section: NotificationsSection },
  { id: 'advanced', icon: <Wrench />, Section: AdvancedSection },
];

export function RoomSettingsDialog({
  accountKey,
  roomId,
  section: first = 'general',
  onClose,
}: Dialogs['room-settings'] & { readonly onClose: () => void }) {
  const t = useT();
  const live = useLive(accountKey);
  const details = useRoomDetails(accountKey, roomId);
  const [section, setSection] = useState<RoomSettingsSection>(first);
  const [unsaved, setUnsaved] = useState<UnsavedIdentity>({});
  const waitsForSaving = useRef(false);
  const leave = async (): Promise<void> => {
    const { name, topic } = details ? changedIdentity(unsaved, details) : { name: false, topic: false };
    // Whoever asks again does not want to wait for a server that does not answer.
    const waits = !waitsForSaving.current;
    waitsForSaving.current = true;
    const isKept = (!name && !topic) || (waits && (await unsaved.saving) === true);
    waitsForSaving.current = false;
    if (!isKept && !(await confirm({ title: t('rooms.settings.discardTitle'), action: t('common.discard'), danger: true }))) return;
    onClose();
  };
  return (
    <Dialog
      title={t('rooms.settings.title')}
      subtitle={details && <bdi>{details.name}</bdi>}
      size="wide"
      isOpen
      onOpenChange={(open) => !open && void leave()}
      flush
      className={styles.dialog!}
    >
      {live && details ? (
        <Tabs
          className={styles.tabs!}
          orientation="vertical"
          selectedKey={section}
          onSelectionChange={(key) => setSection(key as RoomSettingsSection)}
        >
          <TabList aria-label={t('rooms.settings.title')} className={styles.nav!}>
            {SECTIONS.map(({ id, icon }) => (
              <Tab key={id} id={id} className={styles.tab!}>
                {icon}
                {t(`rooms.settings.${id}`)}
              </Tab>
            ))}
          </TabList>
          {SECTIONS.map(({ id, Section }) => (
            <TabPanel key={id} id={id} className={styles.panel!}>
              <Section live={live} accountKey={accountKey} details={details} onClose={onClose} unsaved={unsaved} onWrite={setUnsaved} />
            </TabPanel>
          ))}
        </Tabs>
      ) : (
        <LoadingPane />
      )}
    </Dialog>
  );
}
