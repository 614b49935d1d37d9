/** Avatars, names, times and marks of people. */
import { Hash, Lock } from 'lucide-react';
import { Avatar } from '../ui/primitives/avatar.tsx';
import { Badge } from '../ui/primitives/badge.tsx';
import { Logo } from '../ui/primitives/logo.tsx';
import { Tag } from '../ui/primitives/tag.tsx';
import { Time } from '../ui/primitives/time.tsx';
import { Card, Row } from './card.tsx';
import { NOW } from './now.ts';

export function People() {
  return (
    <Card title="People and rooms">
      <Row>
        {([16, 20, 24, 28, 32, 36, 40, 48, 64, 80, 96] as const).map((size) => (
          <Avatar key={size} id="@ada:home.example" name="Ada Lovelace" size={size} />
        ))}
      </Row>
      <Row>
        {[
          'Grace Hopper',
          'Mary Somerville',
          'Katherine Johnson',
          'Annie Easley',
          'Margaret Hamilton',
          'Radia Perlman',
          'Hedy',
          '李小龍',
          '🦊 Fox',
          'Ünal',
        ].map((name) => (
          <Avatar key={name} id={name} name={name} size={40} label={name} />
        ))}
      </Row>
      <Row>
        <Avatar id="@a" name="On Line" size={48} presence="online" label="On Line" />
        <Avatar id="@b" name="A Way" size={48} presence="away" label="A Way" />
        <Avatar id="@c" name="B Usy" size={48} presence="busy" label="B Usy" />
        <Avatar id="@d" name="Off Line" size={48} presence="offline" label="Off Line" />
        <Avatar id="!e" name="Engines" size={48} shape="room" src="./icon.svg" />
        <Avatar id="!f" name="Files" size={48} shape="room" icon={<Hash />} />
        <Avatar id="@g" name="Gra Ce" size={48} badge="W" accountColour={1} />
        <Avatar id="@h" name="He Dy" size={36} badge={<Lock />} accountColour={5} />
        <Avatar id="!broken" name="No Picture" size={36} shape="room" src="./missing.png" />
      </Row>
      <Row>
        <Badge kind="dot" />
        <Badge count={3} />
        <Badge count={1200} />
        <Badge kind="mention" count={1} />
        <Badge kind="mention" count={128} />
        <Tag>member</Tag>
        <Tag kind="accent" icon={<Lock />}>
          encrypted
        </Tag>
        <Tag kind="success">verified</Tag>
        <Tag kind="warning">beta</Tag>
        <Tag kind="danger">banned</Tag>
        <Tag kind="mention">@ada</Tag>
        <Tag onRemove={() => undefined}>Grace Hopper</Tag>
      </Row>
      <Row>
        <Time ts={NOW - 3_600_000} />
        <Time ts={NOW - 90_000_000} />
        <Time ts={NOW - 400_000_000} />
        <Time ts={NOW - 300_000} format="relative" />
        <Time ts={NOW} format="full" />
      </Row>
      <Row>
        <Logo size={20} />
        <Logo size={32} look="mark" />
        <Logo size={40} word />
      </Row>
    </Card>
  );
}
