/** In a room that another one has replaced: the way there. */
import { ArrowRight } from 'lucide-react';
import { useState } from 'react';
import { draftKey } from '../../domain/composer/drafts.ts';
import type { Conversation } from '../../domain/inbox/conversation.ts';
import { useT } from '../../i18n/i18n.ts';
import { useApp, useLive } from '../app-context.ts';
import { attempt } from '../error-sentence.ts';
import { Banner } from '../primitives/banner.tsx';
import { Button } from '../primitives/button.tsx';
import { openConversation } from '../route.ts';
import { useRoomDetails } from '../rooms/use-room-details.ts';

export function SuccessorBanner({ conversation }: { readonly conversation: Conversation }) {
  const t = useT();
  const app = useApp();
  const { accountKey, roomId } = conversation;
  const live = useLive(accountKey);
  const details = useRoomDetails(accountKey, roomId);
  const [busy, setBusy] = useState(false);
  if (details?.successor === undefined) return null;
  const go = async (): Promise<void> => {
    if (!live) return;
    setBusy(true);
    try {
      const successor = await live.roomOperations.joinSuccessor(roomId);
      app.drafts.move(draftKey(accountKey, roomId), draftKey(accountKey, successor));
      openConversation(accountKey, successor);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Banner
      kind="info"
      edge
      action={
        <Button kind="primary" size="small" after={<ArrowRight />} loading={busy} onPress={() => attempt(go())}>
          {t('timeline.openSuccessor')}
        </Button>
      }
    >
      {t('timeline.upgradedHere')}
    </Banner>
  );
}
