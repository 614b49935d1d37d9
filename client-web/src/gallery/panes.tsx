/** What divides the page. */
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { Divider } from '../ui/primitives/divider.tsx';
import { IconButton } from '../ui/primitives/icon-button.tsx';
import { ResizeHandle } from '../ui/primitives/resize-handle.tsx';
import { SectionHeading } from '../ui/primitives/section-heading.tsx';
import { Card } from './card.tsx';
import styles from './gallery.module.css';

export function Panes() {
  const [width, setWidth] = useState(180);
  return (
    <Card title="Structure">
      <SectionHeading
        action={
          <IconButton label="Add an account" size="small">
            <Plus />
          </IconButton>
        }
      >
        Accounts
      </SectionHeading>
      <SectionHeading look="page" hint="Where you are signed in.">
        Sessions
      </SectionHeading>
      <Divider />
      <Divider>Yesterday</Divider>
      <Divider kind="unread">New</Divider>
      <div className={styles.panes}>
        <div className={styles.pane} id="gallery-pane" style={{ width }}>
          {width} px
        </div>
        <ResizeHandle pane="Inbox" controls="gallery-pane" width={width} min={96} max={260} onResize={setWidth} onReset={() => setWidth(180)} />
        <div className={styles.rest}>The rest</div>
      </div>
    </Card>
  );
}
