/** Public rooms of this server and of any other: searched, and loaded while scrolling. */
import { ChevronDown, Compass, Plus, Server, Users } from 'lucide-react';
import { useCallback, useEffect, useRef, useState, type FormEvent } from 'react';
import { VList, type VListHandle } from 'virtua';
import { useStore } from 'zustand';
import { conversationId } from '../../domain/inbox/conversation.ts';
import type { ListedRoom } from '../../domain/matrix/directory.ts';
import { typedServerName } from '../../domain/rooms/addresses.ts';
import { formatNumber } from '../../i18n/format.ts';
import { useT } from '../../i18n/i18n.ts';
import { useApp, useLive } from '../app-context.ts';
import { attempt, errorSentence } from '../error-sentence.ts';
import { Lens } from '../illustrations.tsx';
import { Banner } from '../primitives/banner.tsx';
import { Button } from '../primitives/button.tsx';
import { Dialog } from '../primitives/dialog.tsx';
import { EmptyState } from '../primitives/empty-state.tsx';
import { Menu, MenuItem, MenuSection, MenuSeparator, MenuTrigger } from '../primitives/menu.tsx';
import { SearchField } from '../primitives/search-field.tsx';
import { SkeletonRows } from '../primitives/skeleton.tsx';
import { Spinner } from '../primitives/spinner.tsx';
import { Tag } from '../primitives/tag.tsx';
import { TextField } from '../primitives/text-field.tsx';
import { openConversation } from '../route.ts';
import { openDialog } from '../shell/dialogs-store.ts';
import { AccountSelect, useChosenAccount } from './account-select.tsx';
import styles from './directory-dialog.module.css';
import { MxcAvatar } from './mxc-avatar.tsx';
import { rememberedServers, rememberServer } from './remembered-servers.ts';

const SEARCH_AFTER_MS = 250;
/** px from the end within which the next page is loaded */
const LOAD_WITHIN = 600;

export function DirectoryDialog({ accountKey: asked, onClose }: { readonly accountKey?: string | undefined; readonly onClose: () => void }) {
  const t = useT();
  const app = useApp();
  const [accountKey, setAccountKey] = useChosenAccount(asked);
  const live = useLive(accountKey);
  const own = live?.roomOperations.serverName ?? '';
  const [server, setServer] = useState<string>();
  const [adding, setAdding] = useState(false);
  const [servers, setServers] = useState(rememberedServers);
  const [text, setText] = useState('');
  const { rooms, total, loading, error, more } = useDirectory(accountKey, server, text);
  const conversations = useStore(app.inbox.state, (state) => state.conversations);
  const list = useRef<VListHandle>(null);
  const isJoined = (roomId: string): boolean =>
    accountKey !== undefined && conversations.get(conversationId(accountKey, roomId))?.membership === 'join';
  const open = (roomId: string): void => {
    onClose();
    if (accountKey !== undefined) openConversation(accountKey, roomId);
  };
  const via = server ?? own;
  const choose = (name: string | undefined): void => {
    setServer(name === own ? undefined : name);
    setAdding(false);
    if (name !== undefined && name !== own) setServers(rememberServer(name));
  };
  return (
    <Dialog
      title={t('inbox.browse')}
      icon={<Compass />}
      subtitle={total === undefined ? undefined : t('rooms.directory.total', { count: total, server: via })}
      size="large"
      isOpen
      onOpenChange={(isOpen) => !isOpen && onClose()}
      flush
      className={styles.dialog!}
    >
      <div className={styles.tools}>
        <AccountSelect
          value={accountKey}
          onChange={(key) => {
            setAccountKey(key);
            setServer(undefined);
          }}
        />
        <div className={styles.line}>
          <SearchField className={styles.search!} label={t('rooms.directory.search')} value={text} onChange={setText} autoFocus />
          <MenuTrigger>
            <Button icon={<Server />} after={<ChevronDown />} className={styles.server!} aria-label={t('rooms.directory.server', { server: via })}>
              {via}
            </Button>
            <Menu label={t('rooms.directory.servers')} placement="bottom end">
              <MenuSection
                title={t('rooms.directory.servers')}
                selectionMode="single"
                selectedKeys={[via]}
                onSelectionChange={(keys) => choose([...(keys as Set<string>)][0])}
                disallowEmptySelection
              >
                {[own, ...servers.filter((one) => one !== own)].map((name) => (
                  <MenuItem key={name} id={name} hint={name === own ? t('rooms.directory.yourServer') : undefined} textValue={name}>
                    {name}
                  </MenuItem>
                ))}
              </MenuSection>
              <MenuSeparator />
              <MenuItem icon={<Plus />} onAction={() => setAdding(true)}>
                {t('rooms.directory.otherServer')}
              </MenuItem>
            </Menu>
          </MenuTrigger>
        </div>
        {adding && <OtherServer onChoose={choose} onCancel={() => setAdding(false)} />}
      </div>
      {error !== undefined && (
        <div className={styles.error}>
          <Banner
            kind="danger"
            action={
              <Button size="small" onPress={more}>
                {t('common.retry')}
              </Button>
            }
          >
            {server === undefined ? error : t('rooms.directory.serverFailed', { server, reason: error })}
          </Banner>
        </div>
      )}
      <div className={styles.list} aria-busy={loading}>
        {rooms.length > 0 ? (
          <VList
            ref={list}
            className={styles.rows!}
            itemSize={76}
            role="list"
            aria-label={t('inbox.browse')}
            onScroll={(offset) => {
              const handle = list.current;
              if (handle && handle.scrollSize - handle.viewportSize - offset < LOAD_WITHIN) more();
            }}
          >
            {rooms.map((room) => (
              <DirectoryRow key={room.roomId} room={room} accountKey={accountKey!} via={via} joined={isJoined(room.roomId)} onOpen={open} />
            ))}
            {loading && (
              <div className={styles.loading}>
                <Spinner />
              </div>
            )}
          </VList>
        ) : loading ? (
          <SkeletonRows rows={7} />
        ) : (
          error === undefined && (
            <EmptyState
              size="small"
              illustration={<Lens />}
              title={text === '' ? t('rooms.directory.emptyTitle') : t('rooms.directory.nothingTitle')}
              action={
                <Button onPress={() => openDialog('create-room', { accountKey })} kind="primary">
                  {t('inbox.createRoom')}
                </Button>
              }
            >
              {text === '' ? t('rooms.directory.emptyBody', { server: via }) : t('rooms.directory.nothingBody')}
            </EmptyState>
          )
        )}
      </div>
    </Dialog>
  );
}

interface DirectoryRowProps {
  readonly room: ListedRoom;
  readonly accountKey: string;
  readonly via: string;
  readonly joined: boolean;
  readonly onOpen: (roomId: string) => void;
}

function DirectoryRow({ room, accountKey, via, joined, onOpen }: DirectoryRowProps) {
  const t = useT();
  const live = useLive(accountKey);
  const [busy, setBusy] = useState(false);
  const join = async (): Promise<void> => {
    if (!live) return;
    setBusy(true);
    try {
      onOpen(await live.roomOperations.join(room.alias ?? room.roomId, [via]));
    } finally {
      setBusy(false);
    }
  };
  const label = joined ? t('common.open') : room.asksToJoin ? t('rooms.join.ask') : t('rooms.join.short');
  return (
    <div role="listitem" className={styles.row}>
      <MxcAvatar accountKey={accountKey} id={room.roomId} name={room.name} mxc={room.avatarMxc} size={44} shape="room" />
      <div className={styles.words}>
        <span className={styles.first}>
          <bdi className={styles.name}>{room.name}</bdi>
          {room.isSpace && <Tag>{t('inbox.spaceMark')}</Tag>}
          {joined && <Tag kind="success">{t('rooms.directory.joined')}</Tag>}
        </span>
        <span className={styles.facts}>
          <Users aria-hidden />
          <span title={t('common.people', { count: room.members })}>{formatNumber(room.members)}</span>
          {room.alias !== undefined && <bdi className={styles.alias}>{room.alias}</bdi>}
        </span>
        {room.topic !== undefined && room.topic !== '' && <p className={styles.topic}>{room.topic}</p>}
      </div>
      <Button
        size="small"
        kind={joined ? 'quiet' : 'secondary'}
        loading={busy}
        aria-label={`${label}: ${room.name}`}
        onPress={() => {
          if (joined) onOpen(room.roomId);
          else if (room.asksToJoin) openDialog('join', { accountKey, target: room.alias ?? room.roomId, via: [via] });
          else attempt(join());
        }}
      >
        {label}
      </Button>
    </div>
  );
}

function OtherServer({ onChoose, onCancel }: { readonly onChoose: (name: string) => void; readonly onCancel: () => void }) {
  const t = useT();
  const [text, setText] = useState('');
  const [error, setError] = useState<string>();
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const name = typedServerName(text);
    if (name === undefined) setError(t('errors.discovery.invalid'));
    else onChoose(name);
  };
  return (
    <form className={styles.line} onSubmit={submit} noValidate>
      <TextField
        className={styles.search!}
        label={t('rooms.directory.serverName')}
        hideLabel
        placeholder="matrix.org"
        value={text}
        onChange={(value) => {
          setText(value);
          setError(undefined);
        }}
        error={error}
        autoFocus
        inputProps={{ autoCapitalize: 'none', spellCheck: false, autoComplete: 'off' }}
      />
      <Button type="submit" kind="primary">
        {t('rooms.directory.show')}
      </Button>
      <Button onPress={onCancel}>{t('common.cancel')}</Button>
    </form>
  );
}

interface Found {
  readonly key: string;
  readonly rooms: readonly ListedRoom[];
  readonly next: string | undefined;
  readonly total: number | undefined;
  readonly loading: boolean;
  readonly error: string | undefined;
}

/** Pages of a directory; what was asked for last wins. */
function useDirectory(accountKey: string | undefined, server: string | undefined, text: string): Omit<Found, 'key' | 'next'> & { more: () => void } {
  const live = useLive(accountKey);
  const key = `${accountKey} ${server} ${text.trim()}`;
  const [found, setFound] = useState<Found>();
  const latest = useRef<Found>(undefined);
  const set = (next: Found): void => {
    latest.current = next;
    setFound(next);
  };
  const load = useCallback(
    async (from: string | undefined) => {
      if (!live) return;
      const before = latest.current?.key === key ? latest.current : undefined;
      set({ key, rooms: from === undefined ? [] : (before?.rooms ?? []), next: undefined, total: before?.total, loading: true, error: undefined });
      try {
        const page = await live.directory.page({ server, text: text.trim(), from });
        if (latest.current?.key !== key) return;
        const seen = new Set(latest.current.rooms.map((room) => room.roomId));
        set({
          key,
          rooms: [...latest.current.rooms, ...page.rooms.filter((room) => !seen.has(room.roomId))],
          next: page.next,
          total: page.total ?? latest.current.total,
          loading: false,
          error: undefined,
        });
      } catch (error) {
        if (latest.current?.key !== key) return;
        set({ ...latest.current, next: from, loading: false, error: errorSentence(error) });
      }
    },
    [live, key, server],
  );
  useEffect(() => {
    const timer = setTimeout(() => void load(undefined), text === '' ? 0 : SEARCH_AFTER_MS);
    return () => clearTimeout(timer);
  }, [load, text]);
  const more = (): void => {
    const now = latest.current;
    if (!now || now.loading || (now.next === undefined && now.error === undefined)) return;
    void load(now.next);
  };
  const current = found?.key === key ? found : undefined;
  // While the next answer is on its way, what was found before stays.
  const shown = current && (current.rooms.length > 0 || !current.loading) ? current : undefined;
  return {
    rooms: shown?.rooms ?? [],
    total: shown?.total,
    loading: current?.loading ?? true,
    error: current?.error,
    more,
  };
}
