/** In place of the composer where one may not write: why, and what can be done. */
import { ArrowRight, Lock } from 'lucide-react';
import type { WritingBlock } from '../../domain/matrix/room-writing.ts';
import { useT } from '../../i18n/i18n.ts';
import { useApp } from '../app-context.ts';
import { attempt } from '../error-sentence.ts';
import { openMatrixLink } from '../open-link.ts';
import { Button } from '../primitives/button.tsx';
import styles from './composer.module.css';

export function WritingBlocked({ block, accountKey }: { readonly block: WritingBlock; readonly accountKey: string }) {
  const t = useT();
  const app = useApp();
  const { reason } = block;
  const successor = reason === 'replaced' ? block.successor : undefined;
  return (
    <div className={styles.composer}>
      <div className={styles.blocked} role="note">
        {reason === 'replaced' ? <ArrowRight aria-hidden /> : <Lock aria-hidden />}
        <span className={styles.blockedText}>{reason === 'replaced' ? t('timeline.upgradedHere') : t(`composer.blocked.${reason}`)}</span>
        {successor !== undefined && (
          <Button
            size="small"
            kind="primary"
            onPress={() => attempt(openMatrixLink(app, { kind: 'room', room: successor, via: [], action: undefined }, { accountKey }))}
          >
            {t('timeline.openSuccessor')}
          </Button>
        )}
      </div>
    </div>
  );
}
