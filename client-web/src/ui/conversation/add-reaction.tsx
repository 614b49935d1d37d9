import { SmilePlus } from 'lucide-react';
import { Button } from 'react-aria-components';
import type { LiveSession } from '../../domain/matrix/live-session.ts';
import { useT } from '../../i18n/i18n.ts';
import { ReactionPicker } from './reaction-picker.tsx';

export interface AddReactionProps {
  readonly className: string | undefined;
  readonly live: LiveSession | undefined;
  readonly onPick: (key: string) => void;
  readonly onOpenChange: (open: boolean) => void;
}

export function AddReaction({ className = '', live, onPick, onOpenChange }: AddReactionProps) {
  const t = useT();
  return (
    <ReactionPicker live={live} onPick={onPick} onOpenChange={onOpenChange}>
      <Button className={className} aria-label={t('timeline.addReaction')}>
        <SmilePlus aria-hidden />
      </Button>
    </ReactionPicker>
  );
}
