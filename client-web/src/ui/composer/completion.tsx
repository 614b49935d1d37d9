/** What fits to what is being typed: people, rooms, emoji, commands. The focus stays in the field, which hands over its keys. */
import { AtSign } from 'lucide-react';
import { useEffect, useImperativeHandle, useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactNode, type Ref } from 'react';
import { COMMANDS } from '../../domain/composer/commands.ts';
import { complete, rankCandidates, type Candidate, type CompletionToken } from '../../domain/composer/completion.ts';
import { mentionLabel } from '../../domain/composer/composer-text.ts';
import { inTone, loadEmoji, type EmojiIndex } from '../../domain/composer/emoji.ts';
import type { MentionToken } from '../../domain/composer/mention-token.ts';
import { mostUsedEmoji, rememberUsed } from '../../domain/composer/recent-emoji.ts';
import type { Conversation } from '../../domain/inbox/conversation.ts';
import type { LiveSession } from '../../domain/matrix/live-session.ts';
import type { Person } from '../../domain/timeline/timeline-item.ts';
import { currentLanguage, t, useT } from '../../i18n/i18n.ts';
import { useLive } from '../app-context.ts';
import { classNames } from '../class-names.ts';
import { PersonAvatar } from '../conversation/person-avatar.tsx';
import { useSkinTone } from '../emoji/skin-tone.ts';
import { Avatar } from '../primitives/avatar.tsx';
import styles from './completion.module.css';
import type { ComposerField } from './use-composer-text.ts';

export interface CompletionHandle {
  /** Whether the key was for the list. */
  onKey(event: KeyboardEvent): boolean;
}

export interface CompletionProps {
  readonly ref: Ref<CompletionHandle>;
  readonly token: CompletionToken;
  readonly conversation: Conversation;
  readonly editor: ComposerField;
}

interface Option extends Candidate {
  readonly icon: ReactNode;
  readonly label: string;
  /** What follows a command. */
  readonly detail?: string;
  readonly hint: string | undefined;
  readonly insert: string;
  readonly mention?: MentionToken;
  readonly onTaken?: () => void;
}

const MOST = 8;

export function Completion({ ref, token, conversation, editor }: CompletionProps) {
  const translate = useT();
  const live = useLive(conversation.accountKey);
  const options = useOptions(token, conversation, live);
  const [active, setActive] = useState(0);
  const list = useRef<HTMLUListElement>(null);
  const at = Math.min(active, options.length - 1);

  useEffect(() => setActive(0), [token.query, token.trigger]);
  useEffect(() => {
    list.current?.children[at]?.scrollIntoView({ block: 'nearest' });
  }, [at]);
  // Told where the focus is: in the field.
  useLayoutEffect(() => {
    const field = editor.field.current;
    if (!field || options.length === 0) return;
    field.setAttribute('aria-controls', 'completion');
    field.setAttribute('aria-activedescendant', `completion-${at}`);
    return () => {
      field.removeAttribute('aria-controls');
      field.removeAttribute('aria-activedescendant');
    };
  }, [editor.field, at, options.length]);

  const take = (option: Option): void => {
    const done = complete(editor.value.text, token, option.insert);
    const space = done.text.length - editor.value.text.length - option.insert.length + (token.end - token.start);
    editor.edit(
      { start: token.start, end: token.end, insert: option.insert + ' '.repeat(space), select: { start: done.caret, end: done.caret } },
      option.mention,
    );
    option.onTaken?.();
  };

  useImperativeHandle(ref, () => ({
    onKey(event) {
      if (options.length === 0 || event.ctrlKey || event.metaKey || event.altKey) return false;
      switch (event.key) {
        case 'ArrowDown':
          setActive((at + 1) % options.length);
          return true;
        case 'ArrowUp':
          setActive((at + options.length - 1) % options.length);
          return true;
        case 'Enter':
          // A command that is typed in full is meant to be done.
          if (event.shiftKey || (token.trigger === '/' && options[at]!.texts.includes(token.query))) return false;
          take(options[at]!);
          return true;
        case 'Tab':
          if (event.shiftKey) return false;
          take(options[at]!);
          return true;
        default:
          return false;
      }
    },
  }));

  if (options.length === 0) return null;
  return (
    <div className={styles.popover}>
      <ul ref={list} id="completion" className={styles.list} role="listbox" aria-label={translate('composer.suggestions')}>
        {options.map((option, index) => (
          <li
            key={option.id}
            id={`completion-${index}`}
            role="option"
            aria-selected={index === at}
            className={classNames(styles.option, index === at && styles.active)}
            onMouseDown={(event) => event.preventDefault()}
            onPointerMove={() => setActive(index)}
            onClick={() => take(option)}
          >
            {option.icon !== undefined && <span className={styles.icon}>{option.icon}</span>}
            <bdi className={styles.label}>{option.label}</bdi>
            {option.detail !== undefined && <span className={styles.detail}>{option.detail}</span>}
            {option.hint !== undefined && <span className={styles.hint}>{option.hint}</span>}
          </li>
        ))}
      </ul>
    </div>
  );
}

function useOptions({ trigger, query, start }: CompletionToken, conversation: Conversation, live: LiveSession | undefined): readonly Option[] {
  const { accountKey, roomId } = conversation;
  const [membersLoaded, setMembersLoaded] = useState(false);
  const [emoji, setEmoji] = useState<EmojiIndex>();
  const [tone] = useSkinTone();
  useEffect(() => {
    let current = true;
    if (trigger === '@')
      void live?.writing
        .loadMembers(roomId)
        .then(() => current && setMembersLoaded(true))
        .catch(() => {});
    if (trigger === ':')
      void loadEmoji(currentLanguage())
        .then((index) => current && setEmoji(index))
        .catch(() => {});
    return () => {
      current = false;
    };
  }, [trigger, live, roomId]);

  // Found once for each list that opens, not for each letter.
  const people = useMemo(() => (trigger === '@' && live ? peopleOf(live, roomId) : undefined), [trigger, live, roomId, membersLoaded]);
  const rooms = useMemo(() => (trigger === '#' ? roomOptions(live) : undefined), [trigger, live]);
  return useMemo(() => {
    switch (trigger) {
      case '@': {
        if (!people) return [];
        const members = rankCandidates(query, people.members, MOST);
        const missing = query === '' ? 0 : MOST - members.length;
        const others = missing > 0 ? rankCandidates(query, people.others(), missing) : [];
        return [...members, ...others].map((one) => personOption(one, accountKey));
      }
      case '#':
        return rankCandidates(query, rooms ?? [], MOST);
      case ':':
        return emoji ? emojiOptions(emoji, query, live, tone) : [];
      case '/':
        if (start !== 0) return [];
        return query === '' ? commandOptions() : rankCandidates(query, commandOptions(), MOST);
    }
  }, [trigger, query, start, people, rooms, emoji, live, tone, accountKey]);
}

/** Of tens of thousands: an option is made of the few that are shown. undefined: all who are in the room. */
interface PersonCandidate extends Candidate {
  readonly person: Person | undefined;
  readonly isHere: boolean;
}

const candidateOf = (person: Person, isHere: boolean, boost: number): PersonCandidate => ({
  id: person.userId,
  texts: [person.name, person.userId],
  boost,
  person,
  isHere,
});

function peopleOf(live: LiveSession, roomId: string): { readonly members: readonly PersonCandidate[]; others(): readonly PersonCandidate[] } {
  const members = live.writing.members(roomId).map((person) => candidateOf(person, true, person.spokeAt));
  if (live.writing.mayMentionRoom(roomId)) members.push({ id: '@room', texts: ['room'], boost: 1, person: undefined, isHere: true });
  let others: readonly PersonCandidate[] | undefined;
  const findOthers = (): readonly PersonCandidate[] => {
    const here = new Set(members.map(({ id }) => id));
    return live.people
      .known()
      .filter(({ userId }) => !here.has(userId))
      .map((person) => candidateOf(person, false, 0));
  };
  return { members, others: () => (others ??= findOthers()) };
}

function personOption(candidate: PersonCandidate, accountKey: string): Option {
  const { person, isHere } = candidate;
  if (!person) return { ...candidate, icon: <AtSign aria-hidden />, label: '@room', hint: t('composer.everybody'), insert: '@room' };
  const mention: MentionToken = { name: person.name, id: person.userId };
  return {
    ...candidate,
    icon: <PersonAvatar accountKey={accountKey} person={person} size={24} />,
    label: person.name,
    hint: isHere ? person.userId : t('composer.notHere', { user: person.userId }),
    insert: mentionLabel(mention),
    mention,
  };
}

function roomOptions(live: LiveSession | undefined): readonly Option[] {
  return (live?.writing.rooms() ?? []).map(({ id, name }) => {
    const mention: MentionToken = { name: id.startsWith('#') ? id : name, id };
    return {
      id,
      texts: [name, ...(id.startsWith('#') ? [id] : [])],
      boost: id.startsWith('#') ? 1 : 0,
      icon: <Avatar id={id} name={name} size={24} shape="room" />,
      label: name,
      hint: id.startsWith('#') ? id : undefined,
      insert: mentionLabel(mention),
      mention,
    };
  });
}

function emojiOptions(index: EmojiIndex, query: string, live: LiveSession | undefined, tone: Parameters<typeof inTone>[1]): readonly Option[] {
  const recent = mostUsedEmoji(live?.writing.recentEmoji.read(), 30);
  return index.search(query, { limit: MOST, recent }).map((emoji) => {
    const text = inTone(emoji, tone);
    return {
      id: emoji.emoji,
      texts: emoji.shortcodes,
      icon: <span className={styles.emoji}>{text}</span>,
      label: emoji.label,
      hint: emoji.shortcodes[0] === undefined ? undefined : `:${emoji.shortcodes[0]}:`,
      insert: text,
      onTaken: () => void (live && rememberUsed(live.writing.recentEmoji, [text]).catch(() => {})),
    };
  });
}

const commandOptions = (): readonly Option[] =>
  COMMANDS.map(({ name, aliases, required, optional }) => ({
    id: name,
    texts: [name, ...aliases],
    icon: undefined,
    label: `/${name}`,
    detail: [...required.map((one) => t(`composer.argument.${one}`)), ...optional.map((one) => `[${t(`composer.argument.${one}`)}]`)].join(' '),
    hint: t(`composer.command.${name as 'me'}`),
    insert: `/${name}`,
  }));
