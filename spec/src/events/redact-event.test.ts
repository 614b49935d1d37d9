/** NEXUS_SYNAPSE_PYTHON: as in state-resolution/synapse-differential.test.ts; with it the fixtures are put to Synapse too. */
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from '@jest/globals';
import { forVersions } from '../auth-rules/testing/auth-fixtures.ts';
import type { JsonObject } from '../json.ts';
import { roomVersions } from '../room-versions.ts';
import { findSynapsePeer } from '../state-resolution/testing/synapse-peer.ts';
import { redactContent, redactEventJson } from './redact-event.ts';

interface Fixture {
  readonly contents: readonly {
    readonly why: string;
    readonly versions: string;
    readonly type: string;
    readonly content: JsonObject;
    readonly kept: JsonObject;
  }[];
  readonly events: readonly { readonly why: string; readonly versions: string; readonly event: JsonObject; readonly redacted: JsonObject }[];
}

const { contents, events } = JSON.parse(readFileSync(new URL('../../fixtures/events/redactions.json', import.meta.url), 'utf8')) as Fixture;

/** Every case as a whole event. */
const cases: Fixture['events'] = [
  ...events,
  ...contents.map(({ why, versions, type, content, kept }) => ({
    why,
    versions,
    event: { type, sender: '@a:x', hashes: {}, content },
    redacted: { type, sender: '@a:x', hashes: {}, content: kept },
  })),
];

const peer = await findSynapsePeer();

afterAll(() => peer?.[Symbol.asyncDispose]());

describe('redactContent', () => {
  test.each(forVersions(contents))('version $version.id: $case.why', ({ version, case: { type, content, kept } }) => {
    const before = structuredClone(content);
    expect(redactContent(type, content, version)).toEqual(kept);
    expect(content).toEqual(before);
  });
});

describe('redactEventJson', () => {
  test.each(forVersions(cases))('version $version.id: $case.why', ({ version, case: { event, redacted } }) => {
    const found = redactEventJson(event, version);
    expect(found).toEqual(redacted);
    expect(Object.keys(found).toSorted()).toEqual(Object.keys(redacted).toSorted());
    expect(redactEventJson(found, version)).toEqual(found);
  });

  test('an event without content gets an empty one', () => {
    expect(redactEventJson({ type: 'm.room.name' }, roomVersions[11])).toEqual({ type: 'm.room.name', content: {} });
  });
});

const compared = peer ? test : test.skip;

compared.each(Object.values(roomVersions))('Synapse says the same in version $id', async (version) => {
  const own = forVersions(cases).filter((item) => item.version === version);
  const answer = await peer!.ask({ roomVersion: version.id, events: [], redactions: own.map((item) => item.case.event) });
  for (const [i, { case: item }] of own.entries()) {
    // Synapse keeps an `unsigned`, which no hash or signature covers.
    const { unsigned: _unsigned, signatures: _signatures, ...theirs } = answer.redactions[i]!;
    const { signatures: _own, ...ours } = item.redacted;
    expect({ why: item.why, redacted: theirs }).toEqual({ why: item.why, redacted: ours });
  }
});
