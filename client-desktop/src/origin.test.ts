import { expect, test } from '@jest/globals';
import { isOurs } from './origin.ts';

test('only pages of the app are ours', () => {
  for (const url of ['nexuscomm://app', 'nexuscomm://app/', 'nexuscomm://app/index.html#/to/x']) expect(isOurs(url)).toBe(true);
  for (const url of [
    'nexuscomm://app.evil.example/',
    'nexuscomm://user@app/',
    'nexuscomm://app:80/',
    'nexuscomm://other/',
    'https://app/',
    'file:///index.html',
    'about:blank',
    'nexuscomm:app',
    '',
  ]) {
    expect([url, isOurs(url)]).toEqual([url, false]);
  }
});
