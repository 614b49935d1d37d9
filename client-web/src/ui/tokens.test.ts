/** What is written can be read: the contrast of every pair of colours that meets, in every theme. */
import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

type Rgba = readonly [red: number, green: number, blue: number, alpha: number];
type Scheme = 'light' | 'dark';

const css = readFileSync(join(import.meta.dirname, 'tokens.css'), 'utf8');

function declarations(block: string): Map<string, string> {
  return new Map([...block.matchAll(/--([\w-]+):\s*([^;]+);/g)].map(([, name, value]) => [name!, value!.trim()]));
}

const block = (selector: string): string => {
  const start = css.indexOf(`${selector} {`);
  return css.slice(start, css.indexOf('}', start));
};
const root = declarations(block(':root'));
const contrast = declarations(block(":root[data-theme='contrast']"));
const contrastOfSystem = declarations(block(":root[data-theme='system']"));

function parse(value: string): Rgba {
  const hex = /^#(..)(..)(..)$/.exec(value);
  if (hex) return [parseInt(hex[1]!, 16), parseInt(hex[2]!, 16), parseInt(hex[3]!, 16), 1];
  const rgb = /^rgb\((\d+) (\d+) (\d+) \/ ([\d.]+)\)$/.exec(value);
  if (rgb) return [Number(rgb[1]), Number(rgb[2]), Number(rgb[3]), Number(rgb[4])];
  throw new Error(`Not a colour: ${value}`);
}

function colour(name: string, scheme: Scheme, theme: Map<string, string>): Rgba {
  const value = theme.get(name) ?? root.get(name);
  if (value === undefined) throw new Error(`No token --${name}`);
  const pair = /^light-dark\((#\w+|rgb\([^)]*\)), (#\w+|rgb\([^)]*\))\)$/.exec(value);
  return parse(pair ? pair[scheme === 'light' ? 1 : 2]! : value);
}

const over = ([r, g, b, alpha]: Rgba, below: Rgba): Rgba => [
  r * alpha + below[0] * (1 - alpha),
  g * alpha + below[1] * (1 - alpha),
  b * alpha + below[2] * (1 - alpha),
  1,
];

function luminance([r, g, b]: Rgba): number {
  const linear = (channel: number): number => (channel / 255 <= 0.04045 ? channel / 255 / 12.92 : ((channel / 255 + 0.055) / 1.055) ** 2.4);
  return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
}

function ratio(one: Rgba, other: Rgba): number {
  const [light, dark] = [luminance(one), luminance(other)].toSorted((a, b) => b - a);
  return (light! + 0.05) / (dark! + 0.05);
}

const SURFACES = ['surface-0', 'surface-1', 'surface-2', 'surface-3', 'surface-sunken', 'field'];
const IDENTITIES = Array.from({ length: 8 }, (_, index) => `identity-${index}`);

/** Text, and what it may lie on; what lies over a surface is named with it. */
const TEXT: readonly (readonly [text: string, on: string, over?: string])[] = [
  ...['text', 'text-soft', 'text-faint', 'accent-text', 'danger-text', 'success-text', 'warning-text', 'mention-text'].flatMap((text) =>
    SURFACES.map((surface) => [text, surface] as const),
  ),
  ...['text', 'text-soft', 'text-faint'].flatMap((text) =>
    ['hover', 'selected'].flatMap((layer) => SURFACES.map((surface) => [text, surface, layer] as const)),
  ),
  ...['accent', 'accent-hover', 'accent-pressed'].map((fill) => ['on-accent', fill] as const),
  ...['danger', 'danger-hover'].map((fill) => ['on-danger', fill] as const),
  ['on-success', 'success'],
  ['on-warning', 'warning'],
  ['on-mention', 'mention'],
  ['on-accent-soft', 'accent-soft'],
  ['on-accent-soft', 'accent-soft-hover'],
  ...['accent', 'danger', 'success', 'warning', 'mention'].flatMap((name) => [
    ['text', `${name}-soft`] as const,
    ['text-soft', `${name}-soft`] as const,
    [`${name}-text`, `${name}-soft`] as const,
  ]),
  ...IDENTITIES.map((identity) => ['on-identity', identity] as const),
  ['on-inverse', 'inverse'],
  ['on-inverse-soft', 'inverse'],
  ['inverse-accent', 'inverse'],
  ['inverse-success', 'inverse'],
  ['inverse-danger', 'inverse'],
];

/** What tells of a state without words. */
const GRAPHIC = ['focus', 'unread', 'mention', 'line-control', 'presence-online', 'presence-away', 'presence-offline'];

describe.each<[string, Scheme, Map<string, string>, number]>([
  ['light', 'light', new Map(), 4.5],
  ['dark', 'dark', new Map(), 4.5],
  ['contrast, light', 'light', contrast, 7],
  ['contrast, dark', 'dark', contrast, 7],
])('%s', (_name, scheme, theme, least) => {
  test(`text is at least ${least}:1`, () => {
    const weak = TEXT.map(([text, on, layer]) => {
      const surface = colour(on, scheme, theme);
      const below = layer === undefined ? surface : over(colour(layer, scheme, theme), surface);
      return { pair: `${text} on ${on}${layer === undefined ? '' : ` with ${layer}`}`, is: ratio(colour(text, scheme, theme), below) };
    }).filter(({ pair, is }) => is < (pair.startsWith('on-identity') || pair.startsWith('on-warning') ? 4.5 : least));
    expect(weak).toEqual([]);
  });

  test('marks and edges of controls are at least 3:1', () => {
    const weak = GRAPHIC.flatMap((graphic) =>
      SURFACES.map((surface) => ({ pair: `${graphic} on ${surface}`, is: ratio(colour(graphic, scheme, theme), colour(surface, scheme, theme)) })),
    ).filter(({ is }) => is < 3);
    expect(weak).toEqual([]);
  });
});

test('identity colours show as edges on every surface', () => {
  for (const scheme of ['light', 'dark'] as const)
    for (const identity of IDENTITIES)
      for (const surface of SURFACES) expect(ratio(colour(identity, scheme, root), colour(surface, scheme, root))).toBeGreaterThan(3);
});

test('the system’s wish for contrast gives what the contrast theme gives', () => {
  expect(contrast.size).toBeGreaterThan(30);
  expect(contrastOfSystem).toEqual(contrast);
});
