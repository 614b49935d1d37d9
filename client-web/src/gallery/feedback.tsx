/** What tells how something goes. */
import { useState } from 'react';
import { Banner } from '../ui/primitives/banner.tsx';
import { Button } from '../ui/primitives/button.tsx';
import { ProgressBar } from '../ui/primitives/progress-bar.tsx';
import { Skeleton, SkeletonRows } from '../ui/primitives/skeleton.tsx';
import { Card } from './card.tsx';

export function Feedback() {
  const [shown, setShown] = useState(true);
  return (
    <Card title="Feedback">
      <Banner title="A new version is ready" action={<Button>Reload</Button>} />
      <Banner kind="success">All your sessions are verified.</Banner>
      <Banner kind="warning" title="WhatsApp is not connected" action={<Button>Reconnect</Button>}>
        Messages wait until it is.
      </Banner>
      {shown && (
        <Banner kind="danger" title="You are offline" onDismiss={() => setShown(false)}>
          What you send goes out when you are back.
        </Banner>
      )}
      <ProgressBar label="Uploading plan.pdf" showLabel value={0.62} />
      <ProgressBar label="Restoring keys" />
      <ProgressBar label="Export" value={1} kind="success" />
      <div aria-busy>
        <SkeletonRows rows={3} />
        <Skeleton shape="block" />
      </div>
    </Card>
  );
}
