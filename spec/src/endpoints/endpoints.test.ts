/** All declared endpoints together: routes are unambiguous and declarations agree with their paths. */
import { readdirSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { Endpoint } from '../endpoint.ts';

const here = new URL('./', import.meta.url);
const files = readdirSync(here, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));

interface Declared {
  readonly name: string;
  readonly endpoint: Endpoint;
}

const isEndpoint = (value: unknown): value is Endpoint => typeof value === 'object' && value !== null && 'method' in value && 'path' in value;

const declared: Declared[] = [];
for (const file of files) {
  const module = (await import(new URL(file, here).href)) as Record<string, unknown>;
  for (const [name, value] of Object.entries(module)) if (isEndpoint(value)) declared.push({ name: `${file} ${name}`, endpoint: value });
}

const pathsOf = ({ path, aliases = [] }: Endpoint): readonly string[] => [path, ...aliases];
const placeholdersOf = (path: string): string[] => [...path.matchAll(/\{([^}]*)\}/g)].map(([, name]) => name!);
/** What a router sees: placeholders have no names. */
const shapeOf = (path: string): string => path.replaceAll(/\{[^}]*\}/g, '{}');

test('there are endpoints', () => {
  expect(declared.length).toBeGreaterThan(80);
});

test('no two endpoints answer to the same method and path', () => {
  const seen = new Map<string, string>();
  for (const { name, endpoint } of declared) {
    for (const path of pathsOf(endpoint)) {
      const route = `${endpoint.method} ${shapeOf(path)}`;
      expect({ route, other: seen.get(route) }).toEqual({ route, other: undefined });
      seen.set(route, name);
    }
  }
});

describe.each(declared)('$name', ({ endpoint }) => {
  const { method, path, params, query, body, rawBody, bodyOptional, canonicalBody } = endpoint;

  test('paths are well formed', () => {
    for (const each of pathsOf(endpoint)) {
      expect(each).toMatch(/^\/(?:[\w.~-]+|\{[a-zA-Z]+\})?(?:\/(?:[\w.~-]+|\{[a-zA-Z]+\}))*\/?$/);
      expect(new Set(placeholdersOf(each)).size).toBe(placeholdersOf(each).length);
    }
  });

  test('placeholders are the params', () => {
    const properties = Object.keys(params?.properties ?? {});
    const required: readonly string[] = (params as { required?: string[] } | undefined)?.required ?? [];
    for (const each of pathsOf(endpoint)) {
      // Every path has what is required, and nothing that is not declared.
      expect(properties).toEqual(expect.arrayContaining(placeholdersOf(each)));
      expect(placeholdersOf(each)).toEqual(expect.arrayContaining([...required]));
    }
    const anywhere = new Set(pathsOf(endpoint).flatMap(placeholdersOf));
    expect([...anywhere].toSorted()).toEqual(properties.toSorted());
    expect(placeholdersOf(path)).toEqual(expect.arrayContaining([...required]));
  });

  test('bodies are where bodies can be', () => {
    if (method === 'GET') expect({ body, rawBody, bodyOptional, canonicalBody }).toEqual({});
    if (rawBody === true) expect(body).toBeUndefined();
    if (bodyOptional === true || canonicalBody === true) expect(body).toBeDefined();
    expect(query === undefined || Object.keys(query.properties).length > 0).toBe(true);
  });
});
