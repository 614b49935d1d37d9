/** The picture of a room, or of a person, by its mxc:// address. */
import { Avatar, type AvatarProps } from '../primitives/avatar.tsx';
import { useMediaUrl } from '../use-media.ts';

export interface MxcAvatarProps extends Omit<AvatarProps, 'src'> {
  readonly accountKey: string;
  readonly mxc: string | undefined;
}

export function MxcAvatar({ accountKey, mxc, size = 36, ...rest }: MxcAvatarProps) {
  const { url } = useMediaUrl(accountKey, mxc === undefined ? undefined : { mxc, width: size, height: size, method: 'crop' });
  return <Avatar {...rest} size={size} {...(url === undefined ? {} : { src: url })} />;
}
