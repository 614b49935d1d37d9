/** The person's own account: profile, presence, sessions, password. */
import type { MatrixClient } from 'matrix-js-sdk';
import type { PresenceChoice } from './privacy.ts';
import { withPassword, type AskPassword } from './interactive-auth.ts';

export interface OwnProfile {
  readonly displayName: string | undefined;
  readonly avatarMxc: string | undefined;
}

export interface Device {
  readonly deviceId: string;
  readonly name: string | undefined;
  readonly lastSeenTs: number | undefined;
  readonly lastSeenIp: string | undefined;
  readonly isThis: boolean;
  /** undefined: it has no encryption keys. */
  readonly verified: boolean | undefined;
}

export class OwnAccount {
  readonly #client: MatrixClient;

  constructor(client: MatrixClient) {
    this.#client = client;
  }

  async profile(): Promise<OwnProfile> {
    const profile = await this.#client.getProfileInfo(this.#client.getSafeUserId());
    return { displayName: profile.displayname, avatarMxc: profile.avatar_url };
  }

  async setDisplayName(name: string): Promise<void> {
    await this.#client.setDisplayName(name);
  }

  /** undefined removes it. @returns its address */
  async setAvatar(picture: Blob | undefined): Promise<string | undefined> {
    if (picture === undefined) {
      await this.#client.setAvatarUrl('');
      return undefined;
    }
    const { content_uri: mxc } = await this.#client.uploadContent(picture, { type: picture.type });
    await this.#client.setAvatarUrl(mxc);
    return mxc;
  }

  /** What others read beside the person's name; '' if there is nothing. */
  async status(): Promise<string> {
    return (await this.#client.getPresence(this.#client.getSafeUserId())).status_msg ?? '';
  }

  /** At once; `Privacy` has what each sync tells. */
  async setPresence(presence: PresenceChoice, status: string): Promise<void> {
    await this.#client.setPresence({ presence, status_msg: status });
  }

  async devices(): Promise<Device[]> {
    const { devices } = await this.#client.getDevices();
    const crypto = this.#client.getCrypto();
    const me = this.#client.getSafeUserId();
    const known = (await crypto?.getUserDeviceInfo([me], true))?.get(me);
    const list = await Promise.all(
      devices.map(async (device): Promise<Device> => {
        const status = known?.has(device.device_id) === true ? await crypto?.getDeviceVerificationStatus(me, device.device_id) : undefined;
        return {
          deviceId: device.device_id,
          name: device.display_name,
          lastSeenTs: device.last_seen_ts,
          lastSeenIp: device.last_seen_ip,
          isThis: device.device_id === this.#client.getDeviceId(),
          verified: status?.crossSigningVerified,
        };
      }),
    );
    return list.toSorted((a, b) => Number(b.isThis) - Number(a.isThis) || (b.lastSeenTs ?? 0) - (a.lastSeenTs ?? 0));
  }

  async renameDevice(deviceId: string, name: string): Promise<void> {
    await this.#client.setDeviceDetails(deviceId, { display_name: name });
  }

  async signOutDevices(deviceIds: readonly string[], askPassword: AskPassword): Promise<void> {
    await withPassword(this.#client.getSafeUserId(), askPassword, async (auth) => this.#client.deleteMultipleDevices([...deviceIds], auth as never));
  }

  /** Other sessions stay signed in unless `signOutOthers`. */
  async changePassword(password: string, signOutOthers: boolean, askPassword: AskPassword): Promise<void> {
    await withPassword(this.#client.getSafeUserId(), askPassword, async (auth) => this.#client.setPassword(auth as never, password, signOutOthers));
  }

  /** Closes the account for good. */
  async deactivate(erase: boolean, askPassword: AskPassword): Promise<void> {
    await withPassword(this.#client.getSafeUserId(), askPassword, async (auth) => this.#client.deactivateAccount(auth as never, erase));
  }

  ignored(): readonly string[] {
    return this.#client.getIgnoredUsers();
  }

  async setIgnored(userId: string, ignored: boolean): Promise<void> {
    const others = this.#client.getIgnoredUsers().filter((one) => one !== userId);
    await this.#client.setIgnoredUsers(ignored ? [...others, userId] : others);
  }
}
