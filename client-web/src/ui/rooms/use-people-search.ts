/** People for a picker: known ones at once, the server's directory a moment after the last key. */
import { useEffect, useMemo, useState } from 'react';
import type { FoundPerson } from '../../domain/matrix/people.ts';
import { useLive } from '../app-context.ts';
import { errorSentence } from '../error-sentence.ts';
import { score } from '../palette/rank.ts';

const SEARCH_AFTER_MS = 220;
const MOST_KNOWN = 30;

export interface PeopleSearch {
  readonly people: readonly FoundPerson[];
  readonly searching: boolean;
  readonly error: string | undefined;
}

export function usePeopleSearch(accountKey: string | undefined, text: string): PeopleSearch {
  const live = useLive(accountKey);
  const [found, setFound] = useState<{ text: string; people: readonly FoundPerson[]; error: string | undefined }>();
  const typed = text.trim();
  const all = useMemo(() => live?.people.known() ?? [], [live]);
  useEffect(() => {
    if (!live || typed.length < 2) return;
    let current = true;
    const timer = setTimeout(() => {
      live.people.search(typed).then(
        (people) => current && setFound({ text: typed, people, error: undefined }),
        (error: unknown) => current && setFound({ text: typed, people: [], error: errorSentence(error) }),
      );
    }, SEARCH_AFTER_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [live, typed]);
  const known = useMemo(
    () =>
      all
        .map((person) => ({ person, points: Math.max(score(person.name, typed), score(person.userId.slice(1), typed) - 0.5) }))
        .filter(({ points }) => points > (typed === '' ? 0 : 1))
        .toSorted((a, b) => b.points - a.points)
        .slice(0, MOST_KNOWN)
        .map(({ person }) => person),
    [all, typed],
  );
  const asked = typed.length >= 2;
  const elsewhere = asked && found?.text === typed ? found.people : [];
  const ids = new Set(known.map((person) => person.userId));
  return {
    people: [...known, ...elsewhere.filter((person) => !ids.has(person.userId))],
    searching: asked && found?.text !== typed,
    error: asked && found?.text === typed ? found.error : undefined,
  };
}
