import type { Person } from '../../domain/timeline/timeline-item.ts';
import { openDialog } from '../shell/dialogs-store.ts';
import styles from './people-list.module.css';
import { PersonAvatar } from './person-avatar.tsx';

export interface ListedPerson {
  readonly id: string;
  readonly person: Person;
  readonly hint: string;
  readonly after?: string;
}

/** People with a word about each; a press shows more of them. */
export function PeopleList({
  people,
  accountKey,
  roomId,
}: {
  readonly people: readonly ListedPerson[];
  readonly accountKey: string;
  readonly roomId: string;
}) {
  return (
    <ul className={styles.list}>
      {people.map(({ id, person, hint, after }) => (
        <li key={id}>
          <button type="button" className={styles.person} onClick={() => openDialog('person', { accountKey, userId: person.userId, roomId })}>
            <PersonAvatar accountKey={accountKey} person={person} size={32} />
            <span className={styles.words}>
              <bdi className={styles.name}>{person.name}</bdi>
              <span className={styles.hint}>{hint}</span>
            </span>
            {after !== undefined && <span className={styles.after}>{after}</span>}
          </button>
        </li>
      ))}
    </ul>
  );
}
