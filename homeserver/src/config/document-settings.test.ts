import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { configurationPage, readmeWithVariables } from './document-settings.ts';
import { settings } from './load-config.ts';

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

test('docs/configuration.md is up to date: if not, npm run docs', () => {
  expect(read('docs/configuration.md')).toBe(configurationPage());
});

test('the table of variables in README.md is up to date: if not, npm run docs', () => {
  expect(read('README.md')).toBe(readmeWithVariables(read('README.md')));
});

test('every setting says what it means', () => {
  for (const { path, schema } of settings())
    expect({ path, description: schema.description }).toEqual({ path, description: expect.stringMatching(/../) });
});
