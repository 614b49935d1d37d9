/** What a person does with a split of their own. */
import type { App } from '../../domain/app.ts';
import type { OwnSplit } from '../../domain/inbox/splits.ts';
import { t } from '../../i18n/i18n.ts';
import { replaceSplit } from './split-route.ts';
import { offerUndo } from './triage-actions.ts';

/** The keys of the first own splits; 1 to 6 are those of the others. */
export const OWN_SPLIT_KEYS = ['7', '8', '9'] as const;

export function deleteSplit(app: App, split: OwnSplit): void {
  const bringBack = app.ownSplits.remove(split.id);
  const wasOpen = replaceSplit(split, 'everything');
  const undo = async (): Promise<void> => {
    bringBack();
    if (wasOpen) replaceSplit('everything', split);
  };
  offerUndo(t('views.deleted', { name: split.name }), Promise.resolve(undo));
}
