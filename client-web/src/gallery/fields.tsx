/** Fields for text. */
import { AtSign, Inbox, Users } from 'lucide-react';
import { useState } from 'react';
import { Kbd } from '../ui/primitives/kbd.tsx';
import { SearchField } from '../ui/primitives/search-field.tsx';
import { Select } from '../ui/primitives/select.tsx';
import { TextArea } from '../ui/primitives/text-area.tsx';
import { TextField } from '../ui/primitives/text-field.tsx';
import { Card } from './card.tsx';
import styles from './gallery.module.css';

export function Fields() {
  const [server, setServer] = useState<'home' | 'work' | 'other'>('home');
  const [search, setSearch] = useState('');
  return (
    <Card title="Fields">
      <div className={styles.two}>
        <TextField label="Display name" defaultValue="Ada Lovelace" hint="What others see." />
        <TextField label="Username" isRequired defaultValue="ada lovelace" error="A username has no spaces." icon={<AtSign />} />
        <TextField label="Password" type="password" defaultValue="correct horse" />
        <TextField label="Disabled" isDisabled placeholder="Nothing to say" />
      </div>
      <TextField label="Homeserver" size="large" placeholder="example.org" />
      <TextArea label="Topic" placeholder="What is this room about?" hint="Grows with what is typed." />
      <div className={styles.two}>
        <Select
          label="Server"
          value={server}
          onChange={setServer}
          options={[
            { value: 'home', label: 'home.example', hint: 'Your own', icon: <Inbox /> },
            { value: 'work', label: 'work.example', hint: 'Of your company', icon: <Users /> },
            { value: 'other', label: 'Another one', isDisabled: true },
          ]}
        />
        <div className={styles.stack}>
          <SearchField label="Search rooms" value={search} onChange={setSearch} after={<Kbd keys="mod+K" />} />
          <SearchField label="Search people" defaultValue="Grace" />
        </div>
      </div>
    </Card>
  );
}
