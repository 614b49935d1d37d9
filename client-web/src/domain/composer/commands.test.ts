import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { closestCommand, COMMANDS, parseTyped } from './commands.ts';
import { markdownToContent } from './markdown-to-content.ts';

const text = (typed: string) => ({ kind: 'send', text: typed, msgtype: 'm.text', plain: false });
const error = (typed: string) => {
  const { command, problem, argument, suggestion } = parseTyped(typed) as {
    command?: string;
    problem?: string;
    argument?: string;
    suggestion?: string;
  };
  return [command, problem, argument, suggestion].filter((each) => each !== undefined);
};

describe('what is no command is a message', () => {
  test.each(['hello', ' /me waves', '/etc/hosts', '/', '/ me', '/1', 'a /me b', '/usr/bin/env node'])('%j', (typed) => {
    expect(parseTyped(typed)).toEqual(text(typed));
  });
  test('two slashes say one', () => {
    expect(parseTyped('//me waves')).toEqual(text('/me waves'));
    expect(parseTyped('//')).toEqual(text('/'));
  });
});

describe('messages', () => {
  test('/me and /plain', () => {
    expect(parseTyped('/me waves\nand **goes**')).toEqual({ kind: 'send', text: 'waves\nand **goes**', msgtype: 'm.emote', plain: false });
    expect(parseTyped('/ME x')).toMatchObject({ msgtype: 'm.emote' });
    expect(parseTyped('/plain **x**')).toEqual({ ...text('**x**'), plain: true });
  });

  test.each([
    ['/shrug well', '¯\\_(ツ)_/¯ well'],
    ['/shrug', '¯\\_(ツ)_/¯'],
    ['/tableflip', '(╯°□°）╯︵ ┻━┻'],
    ['/lenny', '( ͡° ͜ʖ ͡°)'],
  ])('%s arrives as %s', (typed, body) => {
    const intent = parseTyped(typed);
    expect(intent.kind === 'send' && markdownToContent(intent)).toEqual({ msgtype: 'm.text', body, 'm.mentions': {} });
  });

  test('/spoiler hides all of it', () => {
    const intent = parseTyped('/spoiler he | **dies**\n\nat the end');
    const content = intent.kind === 'send' ? markdownToContent(intent) : undefined;
    expect(content?.formatted_body).toBe('<span data-mx-spoiler>he | <strong>dies</strong><br>\nat the end</span>');
    expect(content?.body).toBe('[Spoiler]');
  });
});

describe('what is done', () => {
  test.each([
    ['/join #room:a.example', { kind: 'join', room: '#room:a.example', via: [] }],
    ['/j https://matrix.to/#/!r:a.example?via=b.example', { kind: 'join', room: '!r:a.example', via: ['b.example'] }],
    ['/join @[The room](#room:a.example)', { kind: 'join', room: '#room:a.example', via: [] }],
    ['/leave', { kind: 'leave', room: undefined }],
    ['/part #room:a.example', { kind: 'leave', room: '#room:a.example' }],
    ['/invite @bob:b.example', { kind: 'invite', userId: '@bob:b.example', reason: undefined }],
    ['/kick @[Bob the Great](@bob:b.example) was rude', { kind: 'kick', userId: '@bob:b.example', reason: 'was rude' }],
    ['/ban https://matrix.to/#/@bob:b.example', { kind: 'ban', userId: '@bob:b.example', reason: undefined }],
    ['/unban @bob:b.example', { kind: 'unban', userId: '@bob:b.example', reason: undefined }],
    ['/op @bob:b.example', { kind: 'set-power', userId: '@bob:b.example', level: 50 }],
    ['/op @bob:b.example 100', { kind: 'set-power', userId: '@bob:b.example', level: 100 }],
    ['/deop @bob:b.example', { kind: 'set-power', userId: '@bob:b.example', level: undefined }],
    ['/msg @bob:b.example hi there', { kind: 'message', userId: '@bob:b.example', text: 'hi there' }],
    ['/ignore @bob:b.example', { kind: 'ignore', userId: '@bob:b.example' }],
    ['/unignore @bob:b.example', { kind: 'unignore', userId: '@bob:b.example' }],
    ['/nick New Name', { kind: 'set-name', name: 'New Name' }],
    ['/roomnick Here', { kind: 'set-room-nick', name: 'Here' }],
    ['/topic  About things ', { kind: 'set-topic', topic: 'About things' }],
    ['/topic', { kind: 'set-topic', topic: '' }],
    ['/roomname Name', { kind: 'set-room-name', name: 'Name' }],
    ['/upgraderoom 12', { kind: 'upgrade-room', version: '12' }],
    ['/snooze tomorrow 9am', { kind: 'snooze', words: 'tomorrow 9am' }],
    ['/done', { kind: 'done' }],
    ['/help', { kind: 'help', command: undefined }],
    ['/help /join', { kind: 'help', command: 'join' }],
  ])('%s', (typed, intent) => {
    expect(parseTyped(typed)).toEqual(intent);
  });
});

describe('what cannot be done', () => {
  test.each([
    ['/me', ['me', 'missing-argument', 'text']],
    ['/snooze ', ['snooze', 'missing-argument', 'when']],
    ['/kick bob', ['kick', 'not-a-user', 'user']],
    ['/join room', ['join', 'not-a-room', 'room']],
    ['/join #a:b.example #c:b.example', ['join', 'too-much']],
    ['/op @bob:b.example many', ['op', 'not-a-number', 'level']],
    ['/done it', ['done', 'too-much']],
    ['/ignore @bob:b.example and others', ['ignore', 'too-much']],
    ['/jion #a:b.example', ['jion', 'unknown-command', 'join']],
    ['/snoze 1h', ['snoze', 'unknown-command', 'snooze']],
    ['/table', ['table', 'unknown-command', 'tableflip']],
    ['/html <b>x</b>', ['html', 'unknown-command']],
    ['/xyzzy', ['xyzzy', 'unknown-command']],
    ['/constructor x', ['constructor', 'unknown-command']],
  ])('%s', (typed, expected) => {
    expect(error(typed)).toEqual(expected);
  });

  test('the closest command is itself', () => {
    for (const { name } of COMMANDS) expect(closestCommand(name)).toBe(name);
  });

  test('anything may be typed', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.constantFrom('', '/', '//', '/kick ', '/join ', '/op @a:b '),
        (typed, prefix) => void parseTyped(`${prefix}${typed}`),
      ),
    );
  });
});
