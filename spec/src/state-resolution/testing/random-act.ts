/** What a random user tries next in a random room. Much of it is not allowed. */
import { tweetnaclCrypto } from '../../crypto-tweetnacl.ts';
import { encodeBase64 } from '../../base64.ts';
import { membershipIn, type AuthState } from '../../auth-rules/verdict.ts';
import { creatorsOf } from '../../auth-rules/power-levels.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../json.ts';
import type { RoomVersion } from '../../room-versions.ts';
import { signedText } from '../../signatures.ts';
import type { SeededRandom } from './seeded-random.ts';

export interface Act {
  readonly type: string;
  readonly stateKey?: string;
  readonly sender: string;
  readonly content: JsonObject;
  readonly redacts?: string;
}

/** The first creates the room. */
export const USERS = ['@alice:a.example', '@bob:b.example', '@carol:a.example', '@dave:c.example', '@erin:b.example', '@frank:a.example'] as const;

const TOKENS = ['token1', 'token2'];
const LEVELS = [0, 0, 25, 50, 50, 75, 100, 100, -1];
const identityServer = { seed: new Uint8Array(32).fill(7), keyId: 'ed25519:0', name: 'identity.example' };
const otherSeed = new Uint8Array(32).fill(8);
const publicKey = encodeBase64(tweetnaclCrypto.publicKeyOf(identityServer.seed));

export function randomCreateContent(version: RoomVersion, random: SeededRandom): JsonObject {
  return {
    room_version: version.id,
    ...(version.implicitRoomCreator ? {} : { creator: USERS[0] }),
    ...(version.privilegedCreators && random.chance(0.4) ? { additional_creators: [USERS[1]] } : {}),
    ...(random.chance(0.1) ? { 'm.federate': random.chance(0.5) } : {}),
  };
}

/** What makes a room where most users are and some have power. */
export function firstActs(version: RoomVersion, random: SeededRandom): Act[] {
  const [creator, ...others] = USERS;
  const users = { ...(version.privilegedCreators ? {} : { [creator]: 100 }), [USERS[2]]: random.pick([50, 100]), [USERS[3]]: 50 };
  const joins = others.filter(() => random.chance(0.8));
  return [
    { type: 'm.room.power_levels', stateKey: '', sender: creator, content: { users } },
    { type: 'm.room.join_rules', stateKey: '', sender: creator, content: { join_rule: 'public' } },
    ...joins.map((user) => ({ type: 'm.room.member', stateKey: user, sender: user, content: { membership: 'join' } })),
  ];
}

export function randomAct(version: RoomVersion, random: SeededRandom, state: AuthState): Act {
  const joined = USERS.filter((user) => membershipIn(state, user) === 'join');
  const sender = joined.length > 0 && random.chance(0.85) ? random.pick(joined) : random.pick(USERS);
  const dice = random.next();
  if (dice < 0.5) return randomMember(version, random, sender);
  if (dice < 0.7) return randomPowerLevels(version, random, sender, state);
  if (dice < 0.8) return { type: 'm.room.join_rules', stateKey: '', sender, content: randomJoinRules(random) };
  if (dice < 0.9) return { type: random.pick(['m.room.topic', 'm.room.name']), stateKey: '', sender, content: { topic: `${random.below(1000)}` } };
  return randomOther(random, sender);
}

function randomOther(random: SeededRandom, sender: string): Act {
  switch (random.below(5)) {
    case 0:
      return { type: 'org.example.own', stateKey: random.chance(0.7) ? sender : random.pick(USERS), sender, content: { n: random.below(100) } };
    case 1:
      return { type: 'm.room.aliases', stateKey: random.pick(['a.example', 'b.example', '']), sender, content: { aliases: [] } };
    case 2:
      return { type: 'm.room.third_party_invite', stateKey: random.pick(TOKENS), sender, content: { display_name: 'x', public_key: publicKey } };
    case 3:
      return { type: 'm.room.redaction', sender, redacts: `$1:${random.pick(['a', 'b'])}.example`, content: {} };
    default:
      return { type: 'm.room.message', sender, content: { body: `${random.below(1000)}` } };
  }
}

function randomMember(version: RoomVersion, random: SeededRandom, sender: string): Act {
  const dice = random.next();
  const target = random.pick(USERS);
  const member = (stateKey: string, membership: string, more: JsonObject = {}): Act => ({
    type: 'm.room.member',
    stateKey,
    sender,
    content: { membership, ...more, ...(random.chance(0.2) ? { displayname: `${random.below(100)}` } : {}) },
  });
  if (dice < 0.35) {
    const vouches = version.restrictedJoin && random.chance(0.4);
    const join = { ...member(target, 'join', vouches ? { join_authorised_via_users_server: random.pick(USERS) } : {}) };
    return random.chance(0.95) ? { ...join, sender: target } : join;
  }
  if (dice < 0.55) return member(target, 'invite');
  if (dice < 0.6) return member(target, 'invite', { third_party_invite: randomThirdPartyInvite(random, target) });
  if (dice < 0.64) return { ...member(target, 'leave'), sender: target };
  if (dice < 0.75) return member(target, 'leave');
  if (dice < 0.85) return member(target, 'ban');
  if (dice < 0.98) return { ...member(target, 'knock'), sender: target };
  return member(target, random.pick(['dance', 'knock']));
}

function randomThirdPartyInvite(random: SeededRandom, target: string): JsonObject {
  const block: JsonObject = { mxid: random.chance(0.8) ? target : random.pick(USERS), token: random.pick(TOKENS) };
  const seed = random.chance(0.8) ? identityServer.seed : otherSeed;
  const signature = encodeBase64(tweetnaclCrypto.sign(seed, signedText(block)));
  return { display_name: 'x', signed: { ...block, signatures: { [identityServer.name]: { [identityServer.keyId]: signature } } } };
}

function randomJoinRules(random: SeededRandom): JsonObject {
  const rule = random.pick(['public', 'public', 'public', 'invite', 'knock', 'restricted', 'knock_restricted', 'private']);
  return rule === 'restricted' || rule === 'knock_restricted' ? { join_rule: rule, allow: [] } : { join_rule: rule };
}

function randomPowerLevels(version: RoomVersion, random: SeededRandom, sender: string, state: AuthState): Act {
  const current = state('m.room.power_levels', '')?.content;
  const creators = new Set(creatorsOf(version, state('m.room.create', '')));
  const first: JsonObject = version.privilegedCreators ? { users: {} } : { users: { [USERS[0]]: 100 } };
  const content: Record<string, JsonValue | undefined> = { ...(current ?? first) };
  const users: Record<string, JsonValue | undefined> = isJsonObject(content['users']) ? { ...content['users'] } : {};
  for (let changes = 1 + random.below(3); changes > 0; changes--) {
    switch (random.below(7)) {
      case 0:
        content[random.pick(['ban', 'kick', 'invite', 'redact'])] = randomLevel(version, random);
        break;
      case 1:
        content[random.pick(['users_default', 'events_default', 'state_default'])] = randomLevel(version, random);
        break;
      case 2: {
        const name = random.chance(0.7) ? 'events' : 'notifications';
        const key = name === 'events' ? random.pick(['m.room.topic', 'm.room.power_levels', 'm.room.name']) : 'room';
        content[name] = { ...(isJsonObject(content[name]) ? content[name] : {}), [key]: randomLevel(version, random) };
        break;
      }
      case 3:
        delete users[random.pick(USERS)];
        break;
      default: {
        const user = random.pick(USERS);
        if (!creators.has(user) || !version.privilegedCreators || random.chance(0.02)) users[user] = randomLevel(version, random);
      }
    }
  }
  if (random.chance(0.02)) content['kick'] = '50';
  content['users'] = users;
  return { type: 'm.room.power_levels', stateKey: '', sender, content };
}

/** Versions before 10 also take strings. */
function randomLevel(version: RoomVersion, random: SeededRandom): JsonValue {
  const level = random.pick(LEVELS);
  if (version.integerPowerLevels || random.chance(0.8)) return level;
  return random.pick([`${level}`, ` ${level} `, level < 0 ? `${level}` : `+00${level}`]);
}
