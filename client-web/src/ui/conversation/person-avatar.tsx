import type { Person } from '../../domain/timeline/timeline-item.ts';
import { Avatar, type AvatarProps } from '../primitives/avatar.tsx';
import { useMediaUrl } from '../use-media.ts';

export interface PersonAvatarProps extends Pick<AvatarProps, 'size' | 'label' | 'presence'> {
  readonly accountKey: string;
  readonly person: Person;
}

export function PersonAvatar({ accountKey, person, size = 36, ...rest }: PersonAvatarProps) {
  const { url } = useMediaUrl(
    accountKey,
    person.avatarMxc === undefined ? undefined : { mxc: person.avatarMxc, width: size, height: size, method: 'crop' },
  );
  return <Avatar {...rest} id={person.userId} name={person.name} size={size} {...(url === undefined ? {} : { src: url })} />;
}
