/** Who comes in, what they can read, encryption. */
import { Globe, Lock, MessageCircleQuestion, Orbit } from 'lucide-react';
import { useState } from 'react';
import { useStore } from 'zustand';
import { conversationId } from '../../../domain/inbox/conversation.ts';
import { knows, mayChange, type HistoryVisibility, type JoinAccess } from '../../../domain/rooms/room-details.ts';
import { formatList } from '../../../i18n/format.ts';
import { useT } from '../../../i18n/i18n.ts';
import { useApp } from '../../app-context.ts';
import { attempt } from '../../error-sentence.ts';
import { Banner } from '../../primitives/banner.tsx';
import { Checkbox } from '../../primitives/checkbox.tsx';
import { confirm } from '../../primitives/confirm.tsx';
import { RadioCards, type RadioCard } from '../../primitives/radio-cards.tsx';
import { SectionHeading } from '../../primitives/section-heading.tsx';
import { Switch } from '../../primitives/switch.tsx';
import { useSpaces } from '../create-room-dialog.tsx';
import { Locked, Value } from './locked.tsx';
import type { SectionProps } from './room-settings-dialog.tsx';
import styles from './room-settings.module.css';

type Rule = Exclude<JoinAccess, 'unknown'>;
const HISTORY = ['shared', 'invited', 'joined', 'world_readable'] as const satisfies readonly HistoryVisibility[];

export function AccessSection(props: SectionProps) {
  return (
    <div className={styles.section}>
      <WhoJoins {...props} />
      <Encryption {...props} />
      <History {...props} />
      <Guests {...props} />
    </div>
  );
}

function WhoJoins({ live, accountKey, details }: SectionProps) {
  const t = useT();
  const { roomId, version, access } = details;
  const spaces = useSpaces(accountKey);
  const conversations = useStore(useApp().inbox.state, (state) => state.conversations);
  const [wanted, setWanted] = useState<{ rule: Rule; spaces: readonly string[] }>();
  const may = mayChange(details, 'm.room.join_rules');
  const rule = wanted?.rule ?? (access === 'unknown' ? undefined : access);
  const allowed = wanted?.spaces ?? details.spaces;
  const restricted = rule === 'space' || rule === 'knock_space';
  const offered = [...new Set([...allowed, ...spaces.map((space) => space.roomId)])];
  const apply = async (next: Rule, of: readonly string[]): Promise<void> => {
    setWanted({ rule: next, spaces: of });
    // Members of no space at all: it waits until one is chosen.
    if ((next === 'space' || next === 'knock_space') && of.length === 0) return;
    try {
      await live.roomSettings.setAccess(roomId, next, of);
    } catch (error) {
      setWanted(undefined);
      throw error;
    }
  };
  const choose = async (next: Rule): Promise<void> => {
    if (next === 'public' && details.encrypted) {
      const sure = await confirm({
        title: t('rooms.access.publicTitle'),
        body: t('rooms.access.publicEncrypted'),
        action: t('rooms.access.makePublic'),
      });
      if (!sure) return;
    }
    const only = spaces.length === 1 ? [spaces[0]!.roomId] : [];
    await apply(next, next === 'space' || next === 'knock_space' ? (allowed.length > 0 ? allowed : only) : []);
  };
  const options: RadioCard<Rule>[] = [
    { value: 'invite', label: t('rooms.access.invite'), hint: t('rooms.access.inviteHint'), icon: <Lock /> },
    {
      value: 'knock',
      label: t('rooms.access.knock'),
      hint: knows.knock(version) ? t('rooms.access.knockHint') : t('rooms.access.tooOld'),
      icon: <MessageCircleQuestion />,
      isDisabled: !knows.knock(version),
    },
    {
      value: 'space',
      label: t('rooms.access.space'),
      hint: !knows.spaces(version) ? t('rooms.access.tooOld') : offered.length === 0 ? t('rooms.access.noSpaces') : t('rooms.access.spaceHint'),
      icon: <Orbit />,
      isDisabled: !knows.spaces(version) || offered.length === 0,
    },
    { value: 'public', label: t('rooms.access.public'), hint: t('rooms.access.publicHint'), icon: <Globe /> },
  ];
  if (!may) {
    const names = details.spaces.map((id) => conversations.get(conversationId(accountKey, id))?.name ?? t('rooms.access.unknownSpace'));
    return (
      <section className={styles.group}>
        <Value
          label={t('rooms.create.whoJoins')}
          value={access === 'unknown' ? t('rooms.access.unknownRule') : t(`rooms.access.${access}`)}
          {...(names.length > 0 ? { hint: formatList(names) } : {})}
        />
        <Locked>{t('rooms.settings.locked')}</Locked>
      </section>
    );
  }
  return (
    <section className={styles.group}>
      <RadioCards
        label={t('rooms.create.whoJoins')}
        layout="list"
        options={options}
        value={rule === 'knock_space' ? 'space' : rule}
        onChange={(next) => attempt(choose(next))}
      />
      {restricted && (
        <div className={styles.group} role="group" aria-label={t('rooms.access.whichSpace')}>
          <span className={styles.label}>{t('rooms.access.whichSpace')}</span>
          {offered.map((id) => (
            <Checkbox
              key={id}
              isSelected={allowed.includes(id)}
              onChange={(on) => attempt(apply(rule, on ? [...allowed, id] : allowed.filter((one) => one !== id)))}
            >
              {conversations.get(conversationId(accountKey, id))?.name ?? t('rooms.access.unknownSpace')}
            </Checkbox>
          ))}
          {allowed.length === 0 && <Banner kind="warning">{t('rooms.access.chooseSpaceFirst')}</Banner>}
          {knows.knockOrSpaces(version) && (
            <Switch
              isSelected={rule === 'knock_space'}
              isDisabled={allowed.length === 0}
              onChange={(on) => attempt(apply(on ? 'knock_space' : 'space', allowed))}
            >
              {t('rooms.access.othersAsk')}
            </Switch>
          )}
        </div>
      )}
      {access === 'unknown' && <Locked>{t('rooms.access.unknownRule')}</Locked>}
    </section>
  );
}

function Encryption({ live, details }: SectionProps) {
  const t = useT();
  const may = mayChange(details, 'm.room.encryption');
  const enable = async (): Promise<void> => {
    const sure = await confirm({
      title: t('rooms.encryption.title'),
      body: details.access === 'public' ? `${t('rooms.encryption.body')} ${t('rooms.create.encryptedPublic')}` : t('rooms.encryption.body'),
      action: t('rooms.encryption.enable'),
    });
    if (sure) await live.roomSettings.enableEncryption(details.roomId);
  };
  return (
    <section className={styles.group}>
      <Switch
        isSelected={details.encrypted}
        isDisabled={details.encrypted || !may}
        onChange={() => attempt(enable())}
        hint={details.encrypted ? t('rooms.encryption.on') : t('rooms.encryption.off')}
      >
        {t('rooms.encryption.label')}
      </Switch>
      {!details.encrypted && !may && <Locked>{t('rooms.settings.locked')}</Locked>}
    </section>
  );
}

function History({ live, details }: SectionProps) {
  const t = useT();
  const may = mayChange(details, 'm.room.history_visibility');
  const [wanted, setWanted] = useState<HistoryVisibility>();
  const choose = async (history: HistoryVisibility): Promise<void> => {
    setWanted(history);
    await live.roomSettings.setHistory(details.roomId, history).finally(() => setWanted(undefined));
  };
  if (!may) {
    return (
      <section className={styles.group}>
        <Value label={t('rooms.history.label')} value={t(`rooms.history.${details.history}`)} hint={t(`rooms.history.${details.history}Hint`)} />
        <Locked>{t('rooms.settings.locked')}</Locked>
      </section>
    );
  }
  return (
    <section className={styles.group}>
      <RadioCards
        label={t('rooms.history.label')}
        hint={t('rooms.history.note')}
        layout="list"
        options={HISTORY.map((value) => ({ value, label: t(`rooms.history.${value}`), hint: t(`rooms.history.${value}Hint`) }))}
        value={wanted ?? details.history}
        onChange={(history) => attempt(choose(history))}
      />
    </section>
  );
}

function Guests({ live, details }: SectionProps) {
  const t = useT();
  const may = mayChange(details, 'm.room.guest_access');
  return (
    <section className={styles.group}>
      <SectionHeading look="page">{t('rooms.guests.title')}</SectionHeading>
      <Switch
        isSelected={details.guests}
        isDisabled={!may}
        onChange={(on) => attempt(live.roomSettings.setGuests(details.roomId, on))}
        hint={t('rooms.guests.hint')}
      >
        {t('rooms.guests.label')}
      </Switch>
    </section>
  );
}
