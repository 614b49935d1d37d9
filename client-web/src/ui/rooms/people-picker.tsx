/** Choosing people: typed, found, chosen; several as tags in the field, or one at once. */
import { Check, Search } from 'lucide-react';
import { useEffect, useId, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import type { FoundPerson } from '../../domain/matrix/people.ts';
import { useT } from '../../i18n/i18n.ts';
import { classNames } from '../class-names.ts';
import { Spinner } from '../primitives/spinner.tsx';
import { Tag } from '../primitives/tag.tsx';
import { MxcAvatar } from './mxc-avatar.tsx';
import styles from './people-picker.module.css';
import { usePeopleSearch } from './use-people-search.ts';

export interface PeoplePickerProps {
  readonly accountKey: string | undefined;
  readonly label: string;
  readonly hideLabel?: boolean;
  readonly chosen: readonly FoundPerson[];
  readonly onChange: (chosen: readonly FoundPerson[]) => void;
  /** Why somebody can't be chosen, if they can't: "Already here". */
  readonly refuse?: (userId: string) => string | undefined;
  readonly autoFocus?: boolean;
  /** The list is there before anything is typed. */
  readonly open?: boolean;
}

export function PeoplePicker({ accountKey, label, hideLabel = false, chosen, onChange, refuse, autoFocus = false, open = true }: PeoplePickerProps) {
  const t = useT();
  const id = useId();
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const [inside, setInside] = useState(false);
  const list = useRef<HTMLUListElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const { people: found, searching, error } = usePeopleSearch(accountKey, text);
  // Who can't be chosen comes last, and only if they were looked for.
  const people = useMemo(() => {
    const refused = found.filter((person) => refuse?.(person.userId) !== undefined);
    return [...found.filter((person) => !refused.includes(person)), ...(text.trim() === '' ? [] : refused)];
  }, [found, refuse, text]);
  const shown = open || (inside && (text.trim() !== '' || people.length > 0));
  const isChosen = (userId: string): boolean => chosen.some((person) => person.userId === userId);
  const cursor = Math.min(at, people.length - 1);

  useEffect(() => setAt(0), [text]);
  useEffect(() => {
    if (autoFocus) field.current?.focus();
  }, [autoFocus]);
  useEffect(() => {
    list.current?.querySelector('[data-cursor]')?.scrollIntoView({ block: 'nearest' });
  }, [cursor]);

  const toggle = (person: FoundPerson): void => {
    if (refuse?.(person.userId) !== undefined) return;
    onChange(isChosen(person.userId) ? chosen.filter((one) => one.userId !== person.userId) : [...chosen, person]);
    setText('');
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'ArrowDown') setAt(Math.min(cursor + 1, people.length - 1));
    else if (event.key === 'ArrowUp') setAt(Math.max(cursor - 1, 0));
    else if (event.key === 'Enter') {
      const person = people[cursor];
      // Enter in an empty field is for the form.
      if (text.trim() === '' && !open) return;
      if (text.trim() === '' && chosen.length > 0) return;
      if (person) toggle(person);
    } else if (event.key === 'Backspace' && text === '' && chosen.length > 0) onChange(chosen.slice(0, -1));
    else if (event.key === 'Escape' && text !== '') {
      setText('');
      event.stopPropagation();
    } else return;
    event.preventDefault();
  };

  return (
    <div
      className={styles.picker}
      onFocus={() => setInside(true)}
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) setInside(false);
      }}
    >
      <label htmlFor={`${id}-field`} className={hideLabel ? styles.hidden : styles.label}>
        {label}
      </label>
      <div className={styles.box}>
        <Search className={styles.icon} aria-hidden />
        <div className={styles.inner}>
          {chosen.map((person) => (
            <Tag key={person.userId} onRemove={() => onChange(chosen.filter((one) => one !== person))}>
              {person.name}
            </Tag>
          ))}
          <input
            ref={field}
            id={`${id}-field`}
            className={styles.input}
            value={text}
            onChange={(event) => setText(event.target.value)}
            onKeyDown={onKeyDown}
            placeholder={chosen.length === 0 ? t('rooms.people.placeholder') : ''}
            role="combobox"
            aria-expanded={shown}
            aria-controls={shown ? `${id}-list` : undefined}
            aria-autocomplete="list"
            aria-activedescendant={shown && people[cursor] ? `${id}-${cursor}` : undefined}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
          />
        </div>
        {searching && <Spinner size={16} label={t('common.loading')} />}
      </div>
      {error !== undefined && (
        <p className={styles.error} role="alert">
          {error}
        </p>
      )}
      {shown && (
        <ul
          ref={list}
          id={`${id}-list`}
          className={classNames(styles.list, open ? styles.tall : styles.floating)}
          role="listbox"
          aria-label={label}
          aria-multiselectable
        >
          {people.map((person, index) => {
            const refused = refuse?.(person.userId);
            return (
              <li
                key={person.userId}
                id={`${id}-${index}`}
                role="option"
                aria-selected={isChosen(person.userId)}
                aria-disabled={refused !== undefined}
                data-cursor={index === cursor ? '' : undefined}
                className={styles.person}
                onPointerMove={() => setAt(index)}
                onPointerDown={(event) => event.preventDefault()}
                onClick={() => toggle(person)}
              >
                <MxcAvatar accountKey={person.accountKey} id={person.userId} name={person.name} mxc={person.avatarMxc} size={32} />
                <span className={styles.words}>
                  <bdi className={styles.name}>{person.name}</bdi>
                  <span className={styles.id}>{refused ?? person.userId}</span>
                </span>
                {isChosen(person.userId) && <Check className={styles.check} aria-hidden />}
              </li>
            );
          })}
          {people.length === 0 && !searching && (
            <li className={styles.nothing} role="option" aria-selected={false} aria-disabled>
              {text.trim() === '' ? t('rooms.people.none') : t('rooms.people.nothing')}
            </li>
          )}
        </ul>
      )}
    </div>
  );
}
