/** Ctrl+K: people, rooms and commands of all accounts. */
import { Search } from 'lucide-react';
import { useEffect, useMemo, useState } from 'react';
import { Autocomplete, Dialog, Input, Menu, MenuItem, Modal, ModalOverlay, TextField } from 'react-aria-components';
import { useStore } from 'zustand';
import type { AccountRecord } from '../../domain/accounts/account.ts';
import type { Conversation } from '../../domain/inbox/conversation.ts';
import type { FoundPerson } from '../../domain/matrix/people.ts';
import { useT } from '../../i18n/i18n.ts';
import { useAccounts, useApp } from '../app-context.ts';
import { attempt } from '../error-sentence.ts';
import { Avatar } from '../primitives/avatar.tsx';
import { ClosedByBack } from '../primitives/closed-by-back.ts';
import { Badge } from '../primitives/badge.tsx';
import { Kbd } from '../primitives/kbd.tsx';
import { openById } from '../inbox/triage-actions.ts';
import { useOwnSplits } from '../inbox/use-own-splits.ts';
import { openConversation } from '../route.ts';
import { useMediaUrl } from '../use-media.ts';
import { addressCommands, commands, type Command } from './commands.tsx';
import { rankConversations, rankCommands } from './rank.ts';
import styles from './palette.module.css';

const MOST_ROOMS = 8;
const MOST_PEOPLE = 6;
const SEARCH_AFTER_MS = 200;

export function Palette({ onClose }: { readonly onClose: () => void }) {
  const t = useT();
  const app = useApp();
  const accounts = useAccounts();
  const [text, setText] = useState('');
  const all = useStore(app.inbox.state, (state) => state.conversations);
  const people = usePeople(text);
  const rooms = useMemo(() => rankConversations([...all.values()], text).slice(0, MOST_ROOMS), [all, text]);
  const ownSplits = useOwnSplits();
  const offered = useMemo(
    () => [...addressCommands(t, text, accounts[0]?.key), ...rankCommands(commands(t, ownSplits), text)],
    [t, ownSplits, text, accounts],
  );
  const run = (work: () => void): void => {
    onClose();
    work();
  };
  const talkTo = async ({ accountKey, userId }: FoundPerson): Promise<void> => {
    const live = app.session(accountKey)?.state.getState().live;
    if (live) openConversation(accountKey, await live.rooms.startDirect(userId));
  };
  const nothing = rooms.length + offered.length + people.length === 0;
  return (
    <ModalOverlay isOpen isDismissable onOpenChange={(open) => !open && onClose()} className={styles.overlay!}>
      <Modal className={styles.modal!}>
        <Dialog aria-label={t('palette.label')} className={styles.dialog!}>
          <ClosedByBack close={onClose} />
          <Autocomplete inputValue={text} onInputChange={setText}>
            <TextField aria-label={t('palette.label')} autoFocus className={styles.field!}>
              <Search aria-hidden />
              <Input className={styles.input!} placeholder={t('palette.placeholder')} />
              <Kbd keys="Escape" />
            </TextField>
            <Menu
              aria-label={t('palette.results')}
              className={styles.menu!}
              renderEmptyState={() => (nothing ? <p className={styles.nothing}>{t('palette.nothing')}</p> : null)}
            >
              {rooms.map((row) => (
                <MenuItem key={row.id} id={row.id} textValue={row.name} className={styles.item!} onAction={() => run(() => openById(row.id))}>
                  <RoomLine row={row} account={accounts.length > 1 ? accounts.find((one) => one.key === row.accountKey) : undefined} />
                </MenuItem>
              ))}
              {people.slice(0, MOST_PEOPLE).map((person) => (
                <MenuItem
                  key={`${person.accountKey} ${person.userId}`}
                  id={`${person.accountKey} ${person.userId}`}
                  textValue={person.name}
                  className={styles.item!}
                  onAction={() => run(() => attempt(talkTo(person)))}
                >
                  <Avatar id={person.userId} name={person.name} size={28} />
                  <span className={styles.words}>
                    <bdi className={styles.name}>{person.name}</bdi>
                    <span className={styles.hint}>{person.userId}</span>
                  </span>
                  <span className={styles.kind}>{t('palette.person')}</span>
                </MenuItem>
              ))}
              {offered.map((command) => (
                <MenuItem
                  key={command.id}
                  id={command.id}
                  textValue={command.title}
                  className={styles.item!}
                  onAction={() => run(() => command.run(app))}
                >
                  <CommandLine command={command} />
                </MenuItem>
              ))}
            </Menu>
          </Autocomplete>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

function RoomLine({ row, account }: { readonly row: Conversation; readonly account: AccountRecord | undefined }) {
  const { url } = useMediaUrl(
    row.accountKey,
    row.avatarMxc === undefined ? undefined : { mxc: row.avatarMxc, width: 28, height: 28, method: 'crop' },
  );
  return (
    <>
      <Avatar
        id={row.otherUserId ?? row.roomId}
        name={row.name}
        size={28}
        shape={row.kind === 'direct' ? 'person' : 'room'}
        {...(url === undefined ? {} : { src: url })}
        {...(account === undefined ? {} : { accountColour: account.colour })}
      />
      <span className={styles.words}>
        <bdi className={styles.name}>{row.name}</bdi>
        <span className={styles.hint}>{account?.userId ?? row.otherUserId ?? row.topic ?? ''}</span>
      </span>
      {row.mentions > 0 ? <Badge kind="mention" count={row.mentions} /> : row.unread > 0 && <Badge kind="count" count={row.unread} />}
    </>
  );
}

function CommandLine({ command }: { readonly command: Command }) {
  return (
    <>
      <span className={styles.icon}>{command.icon}</span>
      <span className={styles.words}>
        <bdi className={styles.name}>{command.title}</bdi>
      </span>
      {command.kind !== undefined && <span className={styles.kind}>{command.kind}</span>}
      {command.keys !== undefined && <Kbd keys={command.keys} />}
    </>
  );
}

/** From the directories of all accounts, a moment after the last key. */
function usePeople(text: string): readonly FoundPerson[] {
  const app = useApp();
  const [found, setFound] = useState<readonly FoundPerson[]>([]);
  useEffect(() => {
    if (text.trim().length < 2) {
      setFound([]);
      return;
    }
    let current = true;
    const timer = setTimeout(() => {
      const live = [...app.state.getState().sessions.values()].map((session) => session.state.getState().live).filter((one) => one !== undefined);
      void Promise.allSettled(live.map(async (one) => one.people.search(text.trim()))).then((results) => {
        if (current) setFound(results.flatMap((result) => (result.status === 'fulfilled' ? result.value : [])));
      });
    }, SEARCH_AFTER_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [app, text]);
  return found;
}
