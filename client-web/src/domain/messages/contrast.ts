/** Colours people give to their text, kept only where they can be read (WCAG 2.2, 1.4.3). */

export const LEAST_CONTRAST = 4.5;

/** `#rrggbb`: what text stands on, and its colour if nothing else is said. */
export interface TextColours {
  readonly text: string;
  readonly surface: string;
}

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

export function contrast(one: string, other: string): number {
  const [a, b] = [luminance(one), luminance(other)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

/** What of the wished colours is used: both, the text's alone, or none. What is left undefined stays as it is around. */
export function readableColours(
  wished: { readonly color: string | undefined; readonly background: string | undefined },
  around: TextColours,
): { readonly color: string | undefined; readonly background: string | undefined } {
  const { color, background } = wished;
  if (background && contrast(color ?? around.text, background) >= LEAST_CONTRAST) return { color, background };
  if (color && contrast(color, around.surface) >= LEAST_CONTRAST) return { color, background: undefined };
  return { color: undefined, background: undefined };
}
