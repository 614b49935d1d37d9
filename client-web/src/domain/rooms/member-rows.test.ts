import { describe, expect, test } from '@jest/globals';
import { memberRows, type Member } from './member-rows.ts';

const member = (name: string, more: Partial<Member> = {}): Member => ({
  userId: `@${name.toLowerCase()}:a.example`,
  name,
  avatarMxc: undefined,
  membership: 'join',
  level: 0,
  presence: undefined,
  reason: undefined,
  ...more,
});
const told = (rows: ReturnType<typeof memberRows>): string[] =>
  rows.map((row) => (row.kind === 'group' ? `${row.group} ${row.count}` : row.member.name));

describe('rows of members', () => {
  const members = [
    member('Zoe'),
    member('anna'),
    member('Älva'),
    member('Max', { level: 50 }),
    member('Ada', { level: 100 }),
    member('Cleo', { level: Infinity }),
    member('Inga', { membership: 'invite' }),
    member('Bo', { membership: 'ban', reason: 'spam' }),
    member('Kim', { membership: 'knock' }),
  ];

  test('are grouped by role, and within a group by name', () => {
    expect(told(memberRows(members, '')).join(', ')).toBe(
      'knock 1, Kim, owner 1, Cleo, admin 1, Ada, moderator 1, Max, member 3, Älva, anna, Zoe, invite 1, Inga, ban 1, Bo',
    );
  });

  test('count numbers in names as numbers', () => {
    const desks = ['Desk 10', 'Desk 2', 'Desk'].map((name) => member(name));
    expect(told(memberRows(desks, ''))).toEqual(['member 3', 'Desk', 'Desk 2', 'Desk 10']);
  });

  test('are found by name or id, accents aside', () => {
    expect(told(memberRows(members, ' alv '))).toEqual(['member 1', 'Älva']);
    expect(told(memberRows(members, '@max'))).toEqual(['moderator 1', 'Max']);
    expect(memberRows(members, 'nobody')).toEqual([]);
  });

  test('of 20,000 members are made in a moment', () => {
    const many = Array.from({ length: 20_000 }, (_, index) => member(`Person ${(index * 7919) % 20_000}`));
    const started = performance.now();
    expect(memberRows(many, '')).toHaveLength(20_001);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});
