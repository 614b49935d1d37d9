import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { findRoomVersion, roomVersions, type RoomVersion } from './room-versions.ts';

interface Fixture {
  readonly known: readonly string[];
  readonly unknown: readonly string[];
  readonly features: readonly { readonly feature: string; readonly why: string; readonly values: Readonly<Record<string, boolean | string>> }[];
}

const { known, unknown, features } = JSON.parse(readFileSync(new URL('../fixtures/room-versions.json', import.meta.url), 'utf8')) as Fixture;

/** knock_restricted -> knockRestricted */
const camelCase = (name: string): string => name.replaceAll(/_([a-z])/g, (_all, letter: string) => letter.toUpperCase());

function valueFor(id: string, values: Fixture['features'][number]['values']): boolean | string | undefined {
  const found = Object.entries(values).find(([range]) => {
    const [first, last = first] = range.split('-').map(Number);
    return Number(id) >= first! && Number(id) <= last!;
  });
  return found?.[1];
}

test('the known versions', () => {
  expect(Object.keys(roomVersions)).toEqual(known);
  for (const id of known) expect(findRoomVersion(id)?.id).toBe(id);
  for (const id of unknown) expect(findRoomVersion(id)).toBeUndefined();
});

describe.each(features)('$feature ($why)', ({ feature, values }) => {
  test.each(known)('version %s', (id) => {
    const expected = valueFor(id, values);
    expect(expected).toBeDefined();
    expect(findRoomVersion(id)![camelCase(feature) as keyof RoomVersion]).toBe(expected);
  });
});

test('the table leaves nothing out', () => {
  const listed = features.map(({ feature }) => camelCase(feature));
  for (const version of Object.values(roomVersions)) expect(Object.keys(version).toSorted()).toEqual([...listed, 'id'].toSorted());
});
