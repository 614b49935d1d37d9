/** The splits the person has made, in their order. */
import { useMemo } from 'react';
import { useStore } from 'zustand';
import { ownSplitOf } from '../../domain/inbox/own-splits.ts';
import type { OwnSplit } from '../../domain/inbox/splits.ts';
import { useAccounts, useApp } from '../app-context.ts';

export function useOwnSplits(): readonly OwnSplit[] {
  const saved = useStore(useApp().ownSplits.state, (state) => state.splits);
  const accounts = useAccounts();
  return useMemo(() => saved.map((split) => ownSplitOf(split, accounts)), [saved, accounts]);
}
