/** What the room is to servers: id, version and its upgrade, servers kept out; and leaving. */
import { ArrowUpCircle, Copy, LogOut } from 'lucide-react';
import { useEffect, useState } from 'react';
import { conversationId } from '../../../domain/inbox/conversation.ts';
import type { VersionAdvice } from '../../../domain/matrix/room-settings.ts';
import { mayChange } from '../../../domain/rooms/room-details.ts';
import { useT } from '../../../i18n/i18n.ts';
import { useApp } from '../../app-context.ts';
import { copyText } from '../../copy-text.ts';
import { attempt } from '../../error-sentence.ts';
import { triage } from '../../inbox/triage-actions.ts';
import { Banner } from '../../primitives/banner.tsx';
import { Button } from '../../primitives/button.tsx';
import { Checkbox } from '../../primitives/checkbox.tsx';
import { confirm } from '../../primitives/confirm.tsx';
import { IconButton } from '../../primitives/icon-button.tsx';
import { SectionHeading } from '../../primitives/section-heading.tsx';
import { openConversation } from '../../route.ts';
import { Locked } from './locked.tsx';
import type { SectionProps } from './room-settings-dialog.tsx';
import styles from './room-settings.module.css';

export function AdvancedSection(props: SectionProps) {
  const { details } = props;
  const t = useT();
  return (
    <div className={styles.section}>
      <section className={styles.group}>
        <SectionHeading look="page">{t('rooms.advanced.room')}</SectionHeading>
        <div className={styles.facts}>
          <div>
            <div className={styles.label}>{t('rooms.advanced.id')}</div>
            <div className={styles.copy}>
              <code>{details.roomId}</code>
              <IconButton label={t('rooms.advanced.copyId')} size="small" onPress={() => attempt(copyText(details.roomId))}>
                <Copy />
              </IconButton>
            </div>
          </div>
          <div>
            <div className={styles.label}>{t('rooms.advanced.version')}</div>
            <p>{details.version}</p>
          </div>
          {!details.federated && <Locked>{t('rooms.advanced.localOnly')}</Locked>}
        </div>
      </section>
      <Upgrade {...props} />
      <Servers {...props} />
      <Leave {...props} />
    </div>
  );
}

function Upgrade({ live, accountKey, details, onClose }: SectionProps) {
  const t = useT();
  const { roomId } = details;
  const [advice, setAdvice] = useState<VersionAdvice>();
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    let current = true;
    live.roomSettings.versionAdvice(roomId).then(
      (found) => current && setAdvice(found),
      () => {},
    );
    return () => {
      current = false;
    };
  }, [live, roomId]);
  const may = mayChange(details, 'm.room.tombstone');
  const newer = advice && advice.needsUpgrade && advice.recommended !== details.version ? advice.recommended : undefined;
  const upgrade = async (version: string): Promise<void> => {
    const sure = await confirm({
      title: t('rooms.advanced.upgradeTitle', { version }),
      body: t('rooms.advanced.upgradeBody'),
      action: t('rooms.advanced.upgrade'),
    });
    if (!sure) return;
    setBusy(true);
    try {
      const successor = await live.roomSettings.upgrade(roomId, version);
      onClose();
      openConversation(accountKey, successor);
    } finally {
      setBusy(false);
    }
  };
  return (
    <section className={styles.group}>
      <SectionHeading look="page" hint={t('rooms.advanced.upgradeHint')}>
        {t('rooms.advanced.upgradeHeading')}
      </SectionHeading>
      {details.successor !== undefined ? (
        <Banner>{t('timeline.upgradedHere')}</Banner>
      ) : newer === undefined ? (
        <p className={styles.id}>{t('rooms.advanced.newest')}</p>
      ) : (
        <>
          {advice?.urgent === true && <Banner kind="warning">{t('rooms.advanced.urgent')}</Banner>}
          {may ? (
            <div>
              <Button icon={<ArrowUpCircle />} loading={busy} onPress={() => attempt(upgrade(newer))}>
                {t('rooms.advanced.upgradeTo', { version: newer })}
              </Button>
            </div>
          ) : (
            <Locked>{t('rooms.settings.locked')}</Locked>
          )}
        </>
      )}
    </section>
  );
}

/** Which servers may take part (`m.room.server_acl`); seen, not edited. */
function Servers({ details }: SectionProps) {
  const t = useT();
  const { acl } = details;
  const list = (label: string, servers: readonly string[]) =>
    servers.length > 0 && (
      <div>
        <div className={styles.label}>{label}</div>
        <div className={styles.servers} tabIndex={0} role="region" aria-label={label}>
          {servers.map((server) => (
            <div key={server}>{server}</div>
          ))}
        </div>
      </div>
    );
  const everybody = acl === undefined || (acl.deny.length === 0 && acl.allow.includes('*'));
  return (
    <section className={styles.group}>
      <SectionHeading look="page" hint={t('rooms.advanced.serversHint')}>
        {t('rooms.advanced.servers')}
      </SectionHeading>
      {everybody ? (
        <p className={styles.id}>{t('rooms.advanced.allServers')}</p>
      ) : (
        <>
          {list(t('rooms.advanced.denied'), acl.deny)}
          {!acl.allow.includes('*') && list(t('rooms.advanced.allowed'), acl.allow)}
          {!acl.ipLiterals && <p className={styles.id}>{t('rooms.advanced.noIps')}</p>}
        </>
      )}
    </section>
  );
}

function Leave({ live, accountKey, details, onClose }: SectionProps) {
  const t = useT();
  const app = useApp();
  const [forget, setForget] = useState(false);
  const leave = async (): Promise<void> => {
    const row = app.inbox.get(conversationId(accountKey, details.roomId));
    if (!row) return;
    const left = await triage.leave(app, row);
    if (!left) return;
    onClose();
    if (forget) await live.rooms.forget(details.roomId);
  };
  return (
    <section className={styles.group}>
      <SectionHeading look="page">{t('rooms.advanced.leave')}</SectionHeading>
      <Checkbox isSelected={forget} onChange={setForget} hint={t('rooms.advanced.forgetHint')}>
        {t('rooms.advanced.forget')}
      </Checkbox>
      <div>
        <Button kind="danger" icon={<LogOut />} onPress={() => attempt(leave())}>
          {t('inbox.leave')}
        </Button>
      </div>
    </section>
  );
}
