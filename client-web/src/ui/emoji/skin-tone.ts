/** The skin tone that the person chose for emoji of people; for this browser. */
import { createStore, useStore } from 'zustand';
import type { SkinTone } from '../../domain/composer/emoji.ts';

const KEPT = 'nexuscomm.skin-tone';

function readKept(): SkinTone {
  try {
    const kept = Number(localStorage.getItem(KEPT));
    return kept >= 1 && kept <= 5 ? (kept as SkinTone) : 0;
  } catch {
    return 0;
  }
}

const store = createStore<{ readonly tone: SkinTone }>(() => ({ tone: readKept() }));

export function useSkinTone(): [SkinTone, (tone: SkinTone) => void] {
  const tone = useStore(store, (state) => state.tone);
  return [
    tone,
    (next) => {
      store.setState({ tone: next });
      try {
        localStorage.setItem(KEPT, String(next));
      } catch {
        // It holds as long as the window.
      }
    },
  ];
}
