import { expect, test } from '@jest/globals';
import { encodeBase64 } from '../base64.ts';
import { tweetnaclCrypto } from '../crypto-tweetnacl.ts';
import type { RoomEvent } from '../events/event.ts';
import type { JsonObject } from '../json.ts';
import { roomVersions } from '../room-versions.ts';
import { signedText } from '../signatures.ts';
import { makeEvent } from '../state-resolution/testing/make-event.ts';
import { authoriseEvent } from './authorise-event.ts';
import { thirdPartySignatureVerifier } from './third-party-signature.ts';
import type { AuthVerdict } from './verdict.ts';

const version = roomVersions[11];
const alice = '@alice:a.example';
const bob = '@bob:b.example';
const identitySeed = new Uint8Array(32).fill(1);
const otherSeed = new Uint8Array(32).fill(2);
const publicKeyOf = (seed: Uint8Array): string => encodeBase64(tweetnaclCrypto.publicKeyOf(seed));
const identityKey = publicKeyOf(identitySeed);

function makeState(sender: string, stateKey: string, type: string, content: JsonObject): RoomEvent {
  return makeEvent(version, { roomId: '!r:a.example', type, stateKey, sender, content });
}

function signed(block: JsonObject, seed = identitySeed): JsonObject {
  return { ...block, signatures: { 'id.example': { 'ed25519:0': encodeBase64(tweetnaclCrypto.sign(seed, signedText(block))) } } };
}

/** Alice invites Bob by what `thirdParty` has; `invite` is the content of the original invite with the token `tok`. */
function verdictOn(options: { thirdParty: JsonObject; invite?: JsonObject; inviter?: string; bobIs?: string; unverified?: boolean }): AuthVerdict {
  const { thirdParty, invite = { public_key: identityKey }, inviter = alice, bobIs, unverified = false } = options;
  const state = [
    makeState(alice, '', 'm.room.create', {}),
    makeState(alice, alice, 'm.room.member', { membership: 'join' }),
    makeState(inviter, 'tok', 'm.room.third_party_invite', invite),
    ...(bobIs === undefined ? [] : [makeState(bob, bob, 'm.room.member', { membership: bobIs })]),
  ];
  return authoriseEvent({
    version,
    event: makeState(alice, bob, 'm.room.member', { membership: 'invite', third_party_invite: thirdParty }),
    state: (type, stateKey) => state.find((event) => event.type === type && event.stateKey === stateKey),
    ...(unverified ? {} : { verifySignature: thirdPartySignatureVerifier(tweetnaclCrypto) }),
  });
}

const right = { mxid: bob, token: 'tok' };

test.each([
  ['public_key', { public_key: identityKey }],
  ['public_keys', { public_key: publicKeyOf(otherSeed), public_keys: [{ public_key: 'short' }, { public_key: identityKey }] }],
])('a signature under %s is right', (_name, invite) => {
  expect(verdictOn({ thirdParty: { signed: signed(right) }, invite })).toEqual({ allowed: true });
});

test.each([
  ['the target is banned', { thirdParty: { signed: signed(right) }, bobIs: 'ban' }, '4.4.1.1'],
  ['not signed', { thirdParty: {} }, '4.4.1.2'],
  ['no mxid', { thirdParty: { signed: signed({ token: 'tok' }) } }, '4.4.1.3'],
  ['no token', { thirdParty: { signed: signed({ mxid: bob }) } }, '4.4.1.3'],
  ['for another user', { thirdParty: { signed: signed({ mxid: alice, token: 'tok' }) } }, '4.4.1.4'],
  ['no such invite', { thirdParty: { signed: signed({ mxid: bob, token: 'other' }) } }, '4.4.1.5'],
  ['made by another user', { thirdParty: { signed: signed(right) }, inviter: '@carol:a.example' }, '4.4.1.6'],
  ['signed with another key', { thirdParty: { signed: signed(right, otherSeed) } }, '4.4.1.8'],
  ['signatures are no object', { thirdParty: { signed: { ...right, signatures: 'none' } } }, '4.4.1.8'],
  ['more than what was signed', { thirdParty: { signed: { ...signed(right), more: 1 } } }, '4.4.1.8'],
  ['no keys to verify with', { thirdParty: { signed: signed(right) }, invite: {} }, '4.4.1.8'],
  ['nobody verifies', { thirdParty: { signed: signed(right) }, unverified: true }, '4.4.1.8'],
])('refused: %s', (_name, options, rule) => {
  expect(verdictOn(options)).toMatchObject({ allowed: false, rule });
});

test('refused: what is signed holds a float, which has no canonical form', () => {
  expect(thirdPartySignatureVerifier(tweetnaclCrypto)({ ...signed(right), x: 1.5 }, identityKey)).toBe(false);
});
