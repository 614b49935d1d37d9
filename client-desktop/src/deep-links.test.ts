import { expect, test } from '@jest/globals';
import { linkInArguments, readLink } from './deep-links.ts';

test('links into Matrix, in both forms', () => {
  for (const link of ['matrix:u/ada:home.example?action=chat', 'matrix:r/garden:home.example', 'https://matrix.to/#/#garden:home.example']) {
    expect(readLink(` ${link}\n`)).toBe(link);
  }
});

test('nothing else', () => {
  for (const text of [
    'https://evil.example/',
    'https://evil.example/#https://matrix.to/#/@a:b.example',
    'javascript:alert(1)',
    'nexuscomm://app/index.html',
    'file:///etc/passwd',
    'matrix:x/ada:home.example',
    'matrix:u/',
    `matrix:u/ada:home.example?via=${'a'.repeat(5_000)}`,
    '--inspect=9229',
    '',
  ]) {
    expect([text, readLink(text)]).toEqual([text, undefined]);
  }
});

test('among the arguments of a start', () => {
  expect(linkInArguments(['/opt/NexusComm/nexuscomm', '--hidden', 'matrix:u/ada:home.example'])).toBe('matrix:u/ada:home.example');
  expect(linkInArguments(['/opt/NexusComm/nexuscomm', '--hidden'])).toBeUndefined();
});
