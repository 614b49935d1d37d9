/** Joining by address, id or link: what is there is shown first. Where one has to ask, a few words can go along. */
import { CircleCheck, Link2, Lock, Search, Users } from 'lucide-react';
import { useEffect, useRef, useState, type FormEvent } from 'react';
import { parseJoinTarget } from '../../domain/rooms/addresses.ts';
import type { RoomPreview } from '../../domain/rooms/room-details.ts';
import { useT, type Translate } from '../../i18n/i18n.ts';
import { useLive } from '../app-context.ts';
import { errorSentence } from '../error-sentence.ts';
import { Banner } from '../primitives/banner.tsx';
import { Button } from '../primitives/button.tsx';
import { Dialog } from '../primitives/dialog.tsx';
import { Skeleton } from '../primitives/skeleton.tsx';
import { Tag } from '../primitives/tag.tsx';
import { TextArea } from '../primitives/text-area.tsx';
import { TextField } from '../primitives/text-field.tsx';
import { openConversation } from '../route.ts';
import { openDialog, type Dialogs } from '../shell/dialogs-store.ts';
import { AccountSelect, useChosenAccount } from './account-select.tsx';
import formStyles from './dialog-form.module.css';
import styles from './join-dialog.module.css';
import { MxcAvatar } from './mxc-avatar.tsx';

interface Target {
  readonly room: string;
  readonly via: readonly string[];
  readonly eventId: string | undefined;
}

export function JoinDialog({ accountKey: asked, target: given, via = [], eventId, onClose }: Dialogs['join'] & { readonly onClose: () => void }) {
  const t = useT();
  const [accountKey, setAccountKey] = useChosenAccount(asked);
  const live = useLive(accountKey);
  const [target, setTarget] = useState<Target | undefined>(given === undefined ? undefined : { room: given, via, eventId });
  const [text, setText] = useState('');
  const [fieldError, setFieldError] = useState<string>();
  const [reason, setReason] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const [asking, setAsking] = useState(false);
  const look = usePreview(accountKey, target);
  const preview = look.preview;
  const field = useRef<HTMLInputElement>(null);

  const find = (event: FormEvent): void => {
    event.preventDefault();
    const parsed = parseJoinTarget(text);
    setError(undefined);
    if (!parsed) setFieldError(t('rooms.join.notAnAddress'));
    else if (parsed.kind === 'user') {
      if (accountKey !== undefined) openDialog('person', { accountKey, userId: parsed.userId });
    } else setTarget(parsed);
  };
  const open = (roomId: string): void => {
    onClose();
    if (accountKey !== undefined) openConversation(accountKey, roomId, { eventId: target?.eventId });
  };
  const run = async (work: () => Promise<void>): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      await work();
    } catch (failure) {
      setError(joinSentence(failure, t));
    } finally {
      setBusy(false);
    }
  };
  const join = async (): Promise<void> =>
    run(async () => {
      if (live && target) open(await live.roomOperations.join(target.room, preview?.via ?? target.via));
    });
  const knock = async (): Promise<void> =>
    run(async () => {
      if (!live || !target) return;
      await live.roomOperations.knock(target.room, preview?.via ?? target.via, reason.trim());
      setAsking(true);
    });
  const mustAsk = preview !== undefined && preview.membership === undefined && (preview.access === 'knock' || preview.access === 'knock_space');
  const waits = asking || preview?.membership === 'knock';
  const action = (): { label: string; run: () => void } | undefined => {
    if (!preview || waits || preview.membership === 'ban') return undefined;
    if (preview.membership === 'join') return { label: t('common.open'), run: () => open(preview.roomId) };
    if (preview.membership === 'invite') return { label: t('inbox.accept'), run: () => void join() };
    if (mustAsk) return { label: t('rooms.join.ask'), run: () => void knock() };
    return preview.access === 'invite' ? undefined : { label: t('rooms.join.action'), run: () => void join() };
  };
  const main = action();
  return (
    <Dialog
      title={given === undefined ? t('inbox.join') : t('rooms.join.title')}
      icon={<Link2 />}
      isOpen
      onOpenChange={(isOpen) => !isOpen && onClose()}
      footer={
        preview ? (
          <>
            {given === undefined && (
              <Button
                kind="quiet"
                onPress={() => {
                  setTarget(undefined);
                  setError(undefined);
                  setAsking(false);
                }}
              >
                {t('common.back')}
              </Button>
            )}
            <Button onPress={onClose} kind={main ? 'secondary' : 'primary'}>
              {main ? t('common.cancel') : t('common.ok')}
            </Button>
            {preview.access === 'knock_space' && mustAsk && !waits && (
              <Button onPress={() => void join()} isDisabled={busy}>
                {t('rooms.join.action')}
              </Button>
            )}
            {main && (
              <Button kind="primary" loading={busy} onPress={main.run} autoFocus={!mustAsk}>
                {main.label}
              </Button>
            )}
          </>
        ) : undefined
      }
    >
      <div className={formStyles.form}>
        {!preview && <AccountSelect value={accountKey} onChange={setAccountKey} />}
        {!preview && given === undefined && (
          <form className={formStyles.form} onSubmit={find} noValidate>
            <TextField
              label={t('rooms.join.field')}
              hint={t('rooms.join.hint')}
              error={fieldError ?? look.error}
              value={text}
              onChange={(value) => {
                setText(value);
                setFieldError(undefined);
                setTarget(undefined);
              }}
              placeholder="#welcome:example.org"
              icon={<Search />}
              autoFocus
              size="large"
              inputRef={field}
              inputProps={{ autoCapitalize: 'none', spellCheck: false, autoComplete: 'off' }}
            />
            <Button type="submit" kind="primary" size="large" wide loading={look.loading} isDisabled={text.trim() === ''}>
              {t('common.continue')}
            </Button>
          </form>
        )}
        {!preview &&
          given !== undefined &&
          (look.error === undefined ? <PreviewSkeleton /> : <Unknown target={given} error={look.error} onRetry={look.retry} />)}
        {preview && accountKey !== undefined && (
          <>
            <PreviewCard accountKey={accountKey} preview={preview} />
            {error !== undefined && <Banner kind="danger">{error}</Banner>}
            {waits ? (
              <Banner kind="success" icon={<CircleCheck />} title={t('rooms.join.askedTitle')}>
                {t('rooms.join.askedBody')}
              </Banner>
            ) : preview.membership === 'ban' ? (
              <Banner kind="warning">{t('rooms.join.banned')}</Banner>
            ) : mustAsk ? (
              <TextArea
                label={`${t('rooms.join.reason')} (${t('common.optional')})`}
                placeholder={t('rooms.join.reasonPlaceholder')}
                value={reason}
                onChange={setReason}
                rows={2}
                autoFocus
              />
            ) : (
              preview.membership === undefined && preview.access === 'invite' && <Banner icon={<Lock />}>{t('rooms.join.inviteOnly')}</Banner>
            )}
          </>
        )}
      </div>
    </Dialog>
  );
}

function PreviewCard({ accountKey, preview }: { readonly accountKey: string; readonly preview: RoomPreview }) {
  const t = useT();
  return (
    <div className={styles.card}>
      <MxcAvatar accountKey={accountKey} id={preview.roomId} name={preview.name} mxc={preview.avatarMxc} size={80} shape="room" />
      <h3 className={styles.name}>
        <bdi>{preview.name}</bdi>
      </h3>
      {preview.alias !== undefined && preview.alias !== preview.name && <bdi className={styles.alias}>{preview.alias}</bdi>}
      <div className={styles.facts}>
        {preview.members !== undefined && <Tag icon={<Users />}>{t('common.people', { count: preview.members })}</Tag>}
        {preview.encrypted === true && (
          <Tag kind="success" icon={<Lock />}>
            {t('inbox.encryptedMark')}
          </Tag>
        )}
        {preview.isSpace && <Tag>{t('inbox.spaceMark')}</Tag>}
        {preview.access !== 'unknown' && <Tag>{t(`rooms.access.${preview.access}`)}</Tag>}
      </div>
      {preview.topic !== undefined && preview.topic !== '' && <p className={styles.topic}>{preview.topic}</p>}
    </div>
  );
}

function PreviewSkeleton() {
  return (
    <div className={styles.card} aria-busy>
      <Skeleton shape="block" width={80} height={80} />
      <Skeleton width="40%" />
      <Skeleton width="60%" />
    </div>
  );
}

function Unknown({ target, error, onRetry }: { readonly target: string; readonly error: string; readonly onRetry: () => void }) {
  const t = useT();
  return (
    <Banner
      kind="danger"
      title={target}
      action={
        <Button size="small" onPress={onRetry}>
          {t('common.retry')}
        </Button>
      }
    >
      {error}
    </Banner>
  );
}

function usePreview(
  accountKey: string | undefined,
  target: Target | undefined,
): { preview: RoomPreview | undefined; loading: boolean; error: string | undefined; retry: () => void } {
  const t = useT();
  const live = useLive(accountKey);
  const [tries, setTries] = useState(0);
  const [found, setFound] = useState<{ target: Target; preview?: RoomPreview; error?: string }>();
  useEffect(() => {
    if (!live || !target) return;
    let current = true;
    setFound(undefined);
    live.roomOperations.preview(target.room, target.via).then(
      (preview) => current && setFound({ target, preview }),
      (error: unknown) => current && setFound({ target, error: lookSentence(error, t) }),
    );
    return () => {
      current = false;
    };
  }, [live, target, tries]);
  const mine = found && found.target === target ? found : undefined;
  return { preview: mine?.preview, loading: target !== undefined && !mine, error: mine?.error, retry: () => setTries(tries + 1) };
}

const lookSentence = (error: unknown, t: Translate): string =>
  (error as { errcode?: string }).errcode === 'M_NOT_FOUND' ? t('rooms.join.notFound') : errorSentence(error);

const joinSentence = (error: unknown, t: Translate): string => {
  const { errcode } = error as { errcode?: string };
  return errcode === 'M_FORBIDDEN' ? t('rooms.join.forbidden') : errcode === 'M_NOT_FOUND' ? t('rooms.join.notFound') : errorSentence(error);
};
