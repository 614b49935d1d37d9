/** Buttons and what they do while something is under way. */
import { Archive, Bell, BellOff, ChevronDown, Plus, Reply, Send, Settings, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../ui/primitives/button.tsx';
import { IconButton } from '../ui/primitives/icon-button.tsx';
import { Kbd } from '../ui/primitives/kbd.tsx';
import { Spinner } from '../ui/primitives/spinner.tsx';
import { Card, Row } from './card.tsx';

export function Buttons() {
  const [muted, setMuted] = useState(false);
  return (
    <Card title="Buttons">
      <Row>
        <Button kind="primary">Primary</Button>
        <Button>Secondary</Button>
        <Button kind="quiet">Quiet</Button>
        <Button kind="danger" icon={<Trash2 />}>
          Danger
        </Button>
      </Row>
      <Row>
        <Button kind="primary" isDisabled>
          Disabled
        </Button>
        <Button kind="primary" loading>
          Loading
        </Button>
        <Button loading>Loading</Button>
        <Button icon={<Plus />} after={<ChevronDown />}>
          With icons
        </Button>
      </Row>
      <Row>
        <Button size="small" kind="primary">
          Small
        </Button>
        <Button size="small">Small</Button>
        <Button size="large" kind="primary">
          Large
        </Button>
        <Button size="large">Large</Button>
      </Row>
      <Row>
        <IconButton label="Reply" keys="R">
          <Reply />
        </IconButton>
        <IconButton label={muted ? 'Unmute' : 'Mute'} selected={muted} onPress={() => setMuted(!muted)}>
          {muted ? <BellOff /> : <Bell />}
        </IconButton>
        <IconButton label="Send message" kind="primary">
          <Send />
        </IconButton>
        <IconButton label="Add" kind="soft">
          <Plus />
        </IconButton>
        <IconButton label="Remove" kind="danger">
          <Trash2 />
        </IconButton>
        <IconButton label="Working" loading>
          <Archive />
        </IconButton>
        <IconButton label="Nothing to archive" isDisabled>
          <Archive />
        </IconButton>
        <IconButton label="Small" size="small">
          <Settings />
        </IconButton>
        <IconButton label="Big" size="large">
          <Settings />
        </IconButton>
      </Row>
      <Row>
        <Kbd keys="mod+K" />
        <Kbd keys="g i" />
        <Kbd keys="?" />
        <Kbd keys="enter" />
        <Spinner size={16} />
        <Spinner size={20} label="Loading" />
        <Spinner size={32} />
      </Row>
    </Card>
  );
}
