/** A new split of one's own, or what one shows. */
import { AtSign, Hash, ListFilter, Mail, Pin, UserRound, Waypoints } from 'lucide-react';
import { useMemo, useRef, useState } from 'react';
import { useStore } from 'zustand';
import type { Conversation } from '../../domain/inbox/conversation.ts';
import { ownSplitOf } from '../../domain/inbox/own-splits.ts';
import { MAX_SPLIT_NAME, MAX_SPLIT_WORDS, MAX_SPLITS, type SplitDraft } from '../../domain/inbox/saved-splits.ts';
import { countOwnSplits } from '../../domain/inbox/splits.ts';
import { useT } from '../../i18n/i18n.ts';
import { useAccounts, useApp } from '../app-context.ts';
import { Banner } from '../primitives/banner.tsx';
import { Button } from '../primitives/button.tsx';
import { ChoiceChips } from '../primitives/choice-chips.tsx';
import { Dialog } from '../primitives/dialog.tsx';
import { TextField } from '../primitives/text-field.tsx';
import formStyles from '../rooms/dialog-form.module.css';
import { useNow } from '../use-now.ts';
import styles from './own-split-dialog.module.css';
import { openSplit } from './split-route.ts';

const ONLY = ['onlyUnread', 'onlyMentions', 'onlyFavourites'] as const;

export function OwnSplitDialog({ splitId, onClose }: { readonly splitId?: string | undefined; readonly onClose: () => void }) {
  const t = useT();
  const app = useApp();
  const accounts = useAccounts();
  const now = useNow();
  const conversations = useStore(app.inbox.state, (state) => state.conversations);
  const [before] = useState(() => (splitId === undefined ? undefined : app.ownSplits.get(splitId)));
  const [draft, setDraft] = useState<SplitDraft>(() => before ?? { name: '' });
  const [nameMissing, setNameMissing] = useState(false);
  const nameField = useRef<HTMLInputElement>(null);
  const change = (part: Partial<SplitDraft>): void => setDraft({ ...draft, ...part });
  const networks = useNetworks(conversations, before?.networks);
  const userIds = [...new Set([...accounts.map((account) => account.userId), ...(before?.userIds ?? [])])];
  const full = before === undefined && app.ownSplits.isFull;
  const shown = useMemo(() => {
    const split = ownSplitOf({ ...cleaned(draft), id: 'draft', place: 0, ts: 0 }, accounts);
    return countOwnSplits([...conversations.values()], [split], now).get('draft')!.conversations;
  }, [draft, accounts, conversations, now]);

  const submit = (): void => {
    // Removed elsewhere meanwhile: what was typed is not lost.
    const isNew = before === undefined || app.ownSplits.get(before.id) === undefined;
    const saved = isNew ? app.ownSplits.create(cleaned(draft)) : app.ownSplits.change(before.id, cleaned(draft));
    if (!saved) {
      setNameMissing(!app.ownSplits.isFull || !isNew);
      nameField.current?.focus();
      return;
    }
    onClose();
    if (isNew) openSplit(saved);
  };

  return (
    <Dialog
      title={before ? t('views.edit') : t('views.new')}
      subtitle={t('views.explained')}
      icon={<ListFilter />}
      isOpen
      onOpenChange={(open) => !open && onClose()}
      footer={
        <>
          <p role="status" className={styles.shown}>
            {t('views.shows', { count: shown })}
          </p>
          <Button onPress={onClose}>{t('common.cancel')}</Button>
          <Button kind="primary" onPress={submit} isDisabled={full}>
            {before ? t('common.save') : t('views.create')}
          </Button>
        </>
      }
    >
      <form
        className={formStyles.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        {full && <Banner kind="warning">{t('views.full', { count: MAX_SPLITS })}</Banner>}
        <TextField
          label={t('views.name')}
          placeholder={t('views.namePlaceholder')}
          value={draft.name}
          onChange={(name) => {
            change({ name });
            setNameMissing(false);
          }}
          error={nameMissing ? t('views.nameMissing') : undefined}
          autoFocus
          inputRef={nameField}
          inputProps={{ maxLength: MAX_SPLIT_NAME }}
        />
        {userIds.length > 1 && (
          <ChoiceChips
            label={t('views.accounts')}
            options={userIds.map((userId) => ({
              value: userId,
              label: userId,
              icon: <Dot account={accounts.find((one) => one.userId === userId)} />,
            }))}
            values={draft.userIds ?? []}
            onChange={(chosen) => change({ userIds: chosen })}
          />
        )}
        <ChoiceChips
          label={t('views.kinds')}
          options={[
            { value: 'direct', label: t('views.direct'), icon: <UserRound /> },
            { value: 'room', label: t('views.room'), icon: <Hash /> },
          ]}
          values={(draft.kinds ?? []).filter((kind) => kind !== 'space')}
          onChange={(kinds) => change({ kinds })}
        />
        {networks.length > 0 && (
          <ChoiceChips
            label={t('views.networks')}
            options={[{ id: 'matrix', name: t('views.matrix') }, ...networks].map(({ id, name }) => ({
              value: id,
              label: name,
              icon: <Waypoints />,
            }))}
            values={draft.networks ?? []}
            onChange={(chosen) => change({ networks: chosen })}
          />
        )}
        <ChoiceChips
          label={t('views.only')}
          options={[
            { value: 'onlyUnread', label: t('views.unread'), icon: <Mail /> },
            { value: 'onlyMentions', label: t('views.mentions'), icon: <AtSign /> },
            { value: 'onlyFavourites', label: t('views.favourites'), icon: <Pin /> },
          ]}
          values={ONLY.filter((name) => draft[name])}
          onChange={(chosen) => change(Object.fromEntries(ONLY.map((name) => [name, chosen.includes(name)])))}
        />
        <TextField
          label={`${t('views.words')} (${t('common.optional')})`}
          hint={t('views.wordsHint')}
          value={draft.words ?? ''}
          onChange={(words) => change({ words })}
          inputProps={{ maxLength: MAX_SPLIT_WORDS }}
        />
        <button type="submit" hidden />
      </form>
    </Dialog>
  );
}

/** Nothing chosen is no condition. */
function cleaned({ userIds, networks, kinds, ...others }: SplitDraft): SplitDraft {
  const some = <Item,>(list: readonly Item[] | undefined): readonly Item[] | undefined => (list?.length ? list : undefined);
  return { ...others, userIds: some(userIds), networks: some(networks), kinds: some(kinds) };
}

/** Of the bridges there are conversations from, and those that the split names already. */
function useNetworks(
  conversations: ReadonlyMap<string, Conversation>,
  named: readonly string[] | undefined,
): readonly { readonly id: string; readonly name: string }[] {
  return useMemo(() => {
    const names = new Map(named?.filter((id) => id !== 'matrix').map((id) => [id, id]));
    for (const { network } of conversations.values()) if (network) names.set(network.id, network.name);
    return [...names].map(([id, name]) => ({ id, name })).toSorted((a, b) => a.name.localeCompare(b.name));
  }, [conversations, named]);
}

function Dot({ account }: { readonly account: { readonly colour: number } | undefined }) {
  return <span className={styles.dot} style={account && { background: `var(--identity-${account.colour})` }} />;
}
