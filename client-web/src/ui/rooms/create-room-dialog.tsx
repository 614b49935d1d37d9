/** A new room: what it is called, who may come in, whom to invite. The new room opens at once. */
import { ChevronDown, ChevronUp, Globe, Hash, Lock, MessageCircleQuestion, Orbit } from 'lucide-react';
import { useRef, useState } from 'react';
import { useStore } from 'zustand';
import type { FoundPerson } from '../../domain/matrix/people.ts';
import { aliasLocalpart, localAlias } from '../../domain/rooms/addresses.ts';
import type { NewRoom } from '../../domain/matrix/room-operations.ts';
import type { HistoryVisibility } from '../../domain/rooms/room-details.ts';
import { draftKey } from '../../domain/composer/drafts.ts';
import { useT } from '../../i18n/i18n.ts';
import { composerContexts } from '../composer/composer-store.ts';
import { useAccount, useApp, useLive } from '../app-context.ts';
import { errorSentence } from '../error-sentence.ts';
import { liveSoon } from '../live-soon.ts';
import { Banner } from '../primitives/banner.tsx';
import { Button } from '../primitives/button.tsx';
import { Checkbox } from '../primitives/checkbox.tsx';
import { Dialog } from '../primitives/dialog.tsx';
import { RadioCards } from '../primitives/radio-cards.tsx';
import { Select } from '../primitives/select.tsx';
import { TextArea } from '../primitives/text-area.tsx';
import { TextField } from '../primitives/text-field.tsx';
import { openConversation } from '../route.ts';
import { AccountSelect, useChosenAccount } from './account-select.tsx';
import { AddressField, useAddressCheck } from './address-field.tsx';
import styles from './create-room-dialog.module.css';
import formStyles from './dialog-form.module.css';
import { PeoplePicker } from './people-picker.tsx';
import { PictureField } from './picture-field.tsx';

const HISTORY = ['shared', 'invited', 'joined', 'world_readable'] as const satisfies readonly HistoryVisibility[];

interface Draft {
  readonly name: string;
  readonly topic: string;
  readonly picture: Blob | undefined;
  readonly access: NewRoom['access'];
  readonly spaceId: string | undefined;
  /** undefined while it follows the name */
  readonly alias: string | undefined;
  readonly listed: boolean;
  /** undefined while it follows who may join */
  readonly encrypted: boolean | undefined;
  readonly history: HistoryVisibility;
  readonly federated: boolean;
  readonly people: readonly FoundPerson[];
}

const EMPTY: Draft = {
  name: '',
  topic: '',
  picture: undefined,
  access: 'invite',
  spaceId: undefined,
  alias: undefined,
  listed: true,
  encrypted: undefined,
  history: 'shared',
  federated: true,
  people: [],
};
/** What was typed is still there if the dialog was closed by mistake. */
let kept: Draft = EMPTY;

type Errors = Readonly<Partial<Record<'name' | 'alias' | 'space' | 'form', string | undefined>>>;

export function CreateRoomDialog({ accountKey: asked, onClose }: { readonly accountKey?: string | undefined; readonly onClose: () => void }) {
  const t = useT();
  const [accountKey, setAccountKey] = useChosenAccount(asked);
  const app = useApp();
  const account = useAccount(accountKey);
  const live = useLive(accountKey);
  const [draft, setDraft] = useState(kept);
  const [errors, setErrors] = useState<Errors>({});
  const [more, setMore] = useState(false);
  const [busy, setBusy] = useState(false);
  const spaces = useSpaces(accountKey);
  const nameField = useRef<HTMLInputElement>(null);
  const change = (part: Partial<Draft>): void => {
    kept = { ...draft, ...part };
    setDraft(kept);
  };
  const serverName = live?.roomOperations.serverName ?? '';
  const wantsAddress = draft.access === 'public' || (draft.alias ?? '') !== '';
  const aliasText = draft.alias ?? (draft.access === 'public' ? aliasLocalpart(draft.name) : '');
  const address = useAddressCheck(accountKey, aliasText);
  const encrypted = draft.encrypted ?? draft.access !== 'public';

  const submit = async (): Promise<void> => {
    if (busy) return;
    const problems: Errors = {
      name: draft.name.trim() === '' ? t('rooms.create.nameMissing') : undefined,
      alias: address === 'taken' ? t('rooms.address.taken') : address === 'invalid' ? t('rooms.address.invalid') : undefined,
      space: draft.access === 'space' && !spaces.some((space) => space.roomId === draft.spaceId) ? t('rooms.create.spaceMissing') : undefined,
    };
    setErrors(problems);
    if (problems.name !== undefined) nameField.current?.focus();
    if (Object.values(problems).some((one) => one !== undefined) || accountKey === undefined) return;
    setBusy(true);
    try {
      const { roomOperations } = await liveSoon(app, accountKey);
      const alias = aliasText === '' ? undefined : localAlias(aliasText, roomOperations.serverName);
      if (aliasText !== '' && !alias) {
        setErrors({ alias: t('rooms.address.invalid') });
        return;
      }
      const roomId = await roomOperations.create({
        ...draft,
        name: draft.name.trim(),
        topic: draft.topic.trim(),
        aliasLocalpart: alias?.localpart,
        listed: draft.access === 'public' && draft.listed,
        encrypted,
        invite: draft.people.map((person) => person.userId),
      });
      kept = EMPTY;
      onClose();
      // Whoever makes a room wants to say something in it.
      composerContexts.focus(draftKey(accountKey, roomId));
      openConversation(accountKey, roomId);
    } catch (error) {
      if ((error as { errcode?: string }).errcode === 'M_ROOM_IN_USE') setErrors({ alias: t('rooms.address.taken') });
      else setErrors({ form: errorSentence(error) });
    } finally {
      setBusy(false);
    }
  };

  return (
    <Dialog
      title={t('inbox.createRoom')}
      icon={<Hash />}
      size="large"
      isOpen
      onOpenChange={(open) => !open && onClose()}
      footer={
        <>
          <Button onPress={onClose}>{t('common.cancel')}</Button>
          <Button kind="primary" onPress={() => void submit()} loading={busy}>
            {t('rooms.create.action')}
          </Button>
        </>
      }
    >
      <form
        className={formStyles.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <AccountSelect
          value={accountKey}
          onChange={(key) => {
            setAccountKey(key);
            change({ spaceId: undefined, people: [] });
          }}
        />
        {errors.form !== undefined && <Banner kind="danger">{errors.form}</Banner>}
        <div className={styles.identity}>
          <PictureField
            accountKey={accountKey}
            id={draft.name || 'room'}
            name={draft.name.trim()}
            picture={draft.picture}
            onChoose={(picture) => change({ picture })}
            compact
          />
          <TextField
            className={formStyles.grow!}
            label={t('rooms.name')}
            placeholder={t('rooms.create.namePlaceholder')}
            value={draft.name}
            onChange={(name) => {
              change({ name });
              setErrors({ ...errors, name: undefined });
            }}
            error={errors.name}
            size="large"
            autoFocus
            inputRef={nameField}
            inputProps={{ maxLength: 255 }}
          />
        </div>
        <TextArea
          label={`${t('rooms.topic')} (${t('common.optional')})`}
          placeholder={t('rooms.create.topicPlaceholder')}
          value={draft.topic}
          onChange={(topic) => change({ topic })}
          rows={2}
        />
        <RadioCards
          label={t('rooms.create.whoJoins')}
          value={draft.access}
          onChange={(access) => change({ access })}
          className={styles.cards!}
          options={[
            { value: 'invite', label: t('rooms.access.invite'), hint: t('rooms.access.inviteHint'), icon: <Lock /> },
            { value: 'knock', label: t('rooms.access.knock'), hint: t('rooms.access.knockHint'), icon: <MessageCircleQuestion /> },
            {
              value: 'space',
              label: t('rooms.access.space'),
              hint: spaces.length === 0 ? t('rooms.access.noSpaces') : t('rooms.access.spaceHint'),
              icon: <Orbit />,
              isDisabled: spaces.length === 0,
            },
            { value: 'public', label: t('rooms.access.public'), hint: t('rooms.access.publicHint'), icon: <Globe /> },
          ]}
        />
        {draft.access === 'space' && (
          <Select
            label={t('rooms.access.whichSpace')}
            placeholder={t('rooms.access.chooseSpace')}
            options={spaces.map((space) => ({ value: space.roomId, label: space.name }))}
            value={draft.spaceId}
            onChange={(spaceId) => change({ spaceId })}
            error={errors.space}
          />
        )}
        {wantsAddress && draft.access === 'public' && (
          <>
            <AddressField value={aliasText} serverName={serverName} check={address} error={errors.alias} onChange={(alias) => change({ alias })} />
            <Checkbox isSelected={draft.listed} onChange={(listed) => change({ listed })} hint={t('rooms.create.listedHint', { server: serverName })}>
              {t('rooms.create.listed')}
            </Checkbox>
          </>
        )}
        <PeoplePicker
          accountKey={accountKey}
          label={`${t('rooms.create.people')} (${t('common.optional')})`}
          chosen={draft.people}
          onChange={(people) => change({ people })}
          open={false}
          refuse={(userId) => (userId === account?.userId ? t('rooms.person.you') : undefined)}
        />
        <Checkbox
          isSelected={encrypted}
          onChange={(on) => change({ encrypted: on })}
          hint={draft.access === 'public' && encrypted ? t('rooms.create.encryptedPublic') : t('rooms.create.encryptedHint')}
        >
          {t('rooms.create.encrypted')}
        </Checkbox>
        <Button
          kind="quiet"
          size="small"
          className={formStyles.more!}
          icon={more ? <ChevronUp /> : <ChevronDown />}
          onPress={() => setMore(!more)}
          aria-expanded={more}
        >
          {more ? t('common.showLess') : t('rooms.create.more')}
        </Button>
        {more && (
          <>
            {draft.access !== 'public' && (
              <AddressField
                value={draft.alias ?? ''}
                serverName={serverName}
                check={address}
                error={errors.alias}
                optional
                onChange={(alias) => change({ alias: alias === '' ? undefined : alias })}
              />
            )}
            <Select
              label={t('rooms.history.label')}
              options={HISTORY.filter((one) => one !== 'world_readable' || draft.access === 'public').map((value) => ({
                value,
                label: t(`rooms.history.${value}`),
                hint: t(`rooms.history.${value}Hint`),
              }))}
              value={draft.history}
              onChange={(history) => change({ history })}
            />
            <Checkbox isSelected={!draft.federated} onChange={(only) => change({ federated: !only })} hint={t('rooms.create.localOnlyHint')}>
              {t('rooms.create.localOnly', { server: serverName })}
            </Checkbox>
          </>
        )}
        <button type="submit" hidden />
      </form>
    </Dialog>
  );
}

export function useSpaces(accountKey: string | undefined): readonly { readonly roomId: string; readonly name: string }[] {
  const conversations = useStore(useApp().inbox.state, (state) => state.conversations);
  return [...conversations.values()].filter((row) => row.kind === 'space' && row.accountKey === accountKey && row.membership === 'join');
}
