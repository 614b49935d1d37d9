/** What one chooses with. */
import { AtSign, Bell, BellOff, Paperclip } from 'lucide-react';
import { useState } from 'react';
import { Badge } from '../ui/primitives/badge.tsx';
import { Checkbox } from '../ui/primitives/checkbox.tsx';
import { ChoiceChips } from '../ui/primitives/choice-chips.tsx';
import { RadioCards } from '../ui/primitives/radio-cards.tsx';
import { Switch } from '../ui/primitives/switch.tsx';
import { Tabs } from '../ui/primitives/tabs.tsx';
import { Card } from './card.tsx';
import styles from './gallery.module.css';

export function Choices() {
  const [theme, setTheme] = useState<'calm' | 'all' | 'none'>('calm');
  const [all, setAll] = useState(true);
  const [tab, setTab] = useState<'general' | 'people' | 'files'>('general');
  const [split, setSplit] = useState<'important' | 'everything' | 'unread'>('important');
  const [only, setOnly] = useState<readonly ('mentions' | 'sound')[]>(['mentions']);
  return (
    <Card title="Choices">
      <RadioCards
        label="Notifications"
        value={theme}
        onChange={setTheme}
        options={[
          { value: 'calm', label: 'Mentions', hint: 'And direct messages', icon: <AtSign /> },
          { value: 'all', label: 'Everything', hint: 'Each message', icon: <Bell /> },
          { value: 'none', label: 'Nothing', hint: 'Until you look', icon: <BellOff /> },
        ]}
      />
      <ChoiceChips
        label="Only"
        hint="None chosen: all of them."
        values={only}
        onChange={setOnly}
        options={[
          { value: 'mentions', label: 'Mentions', icon: <AtSign /> },
          { value: 'sound', label: 'With a sound', icon: <Bell /> },
        ]}
      />
      <div className={styles.two}>
        <div className={styles.stack}>
          <Checkbox isSelected={all} onChange={setAll} hint="People see when you have read their messages.">
            Send read receipts
          </Checkbox>
          <Checkbox isIndeterminate>Some of them</Checkbox>
          <Checkbox>Not chosen</Checkbox>
          <Checkbox isDisabled defaultSelected>
            Decided by the server
          </Checkbox>
        </div>
        <div className={styles.stack}>
          <Switch defaultSelected hint="Sounds for calls stay on.">
            Do not disturb
          </Switch>
          <Switch>Typing notices</Switch>
          <Switch isDisabled>Not on this server</Switch>
        </div>
      </div>
      <Tabs
        label="About the room"
        selected={tab}
        onSelect={setTab}
        tabs={[
          { id: 'general', label: 'General', panel: 'Name, topic and picture.' },
          { id: 'people', label: 'People', badge: <Badge count={12} />, panel: 'Who is here.' },
          { id: 'files', label: 'Files', icon: <Paperclip />, panel: 'What was shared.' },
        ]}
      />
      <Tabs
        label="Splits"
        look="pill"
        selected={split}
        onSelect={setSplit}
        tabs={[
          { id: 'important', label: 'Important', panel: 'What matters.' },
          { id: 'everything', label: 'Everything', panel: 'All of it.' },
          { id: 'unread', label: 'Unread', panel: 'What is new.' },
        ]}
      />
    </Card>
  );
}
