/** Draws icons/ from the web client's icon: `node client-desktop/make-icons.ts`. Its results are committed. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';

const here = import.meta.dirname;
const icons = join(here, 'icons');
const svg = await readFile(join(here, '..', 'client-web', 'public', 'icon.svg'), 'utf8');
/** The sign without its ground, for bars that are dark or light. */
const sign = (colour: string): string => svg.replace(/<rect[^>]*>/, '').replaceAll('#fff', colour);
const MARKS = { unread: '#3d5afe', mention: '#e5305a' } as const;

const png = async (source: string, size: number): Promise<Buffer> =>
  sharp(Buffer.from(source), { density: 300 }).resize(size, size).png({ palette: true, compressionLevel: 9 }).toBuffer();
const save = async (name: string, content: Buffer): Promise<void> => writeFile(join(icons, name), content);

/** In the corner, with a gap around it; `cut`: a hole for templates, which have no colours. */
function marked(source: string, kind: 'none' | 'unread' | 'mention', colour: string): string {
  if (kind === 'none') return source;
  const dot =
    kind === 'mention' || colour !== 'template'
      ? `<circle cx="396" cy="396" r="104" fill="${colour === 'template' ? '#000' : colour}"/>`
      : `<circle cx="396" cy="396" r="84" fill="none" stroke="#000" stroke-width="44"/>`;
  return source
    .replace(
      '<g ',
      '<mask id="gap"><rect width="512" height="512" fill="#fff"/><circle cx="396" cy="396" r="136" fill="#000"/></mask><g mask="url(#gap)"><g ',
    )
    .replace('</svg>', `</g>${dot}</svg>`);
}

await mkdir(icons, { recursive: true });
for (const size of [16, 32, 48, 64, 128, 256, 512, 1024]) await save(`icon-${size}.png`, await png(svg, size));
for (const kind of ['none', 'unread', 'mention'] as const) {
  for (const [suffix, scale] of [
    ['', 1],
    ['@2x', 2],
  ] as const) {
    const colour = kind === 'none' ? '' : MARKS[kind];
    const ground = /<rect[^>]*>/.exec(svg)![0];
    const coloured =
      kind === 'none' ? svg : marked(svg.replace(ground, ''), kind, colour).replace('<g mask', `<g mask="url(#gap)">${ground}</g><g mask`);
    await save(`tray-${kind}${suffix}.png`, await png(coloured, 24 * scale));
    await save(`tray-${kind}Template${suffix}.png`, await png(marked(sign('#000'), kind, 'template'), 18 * scale));
  }
}
for (const [kind, colour] of Object.entries(MARKS)) {
  await save(
    `overlay-${kind}.png`,
    await png(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7" fill="${colour}"/></svg>`, 32),
  );
}
await save('icon.ico', ico(await Promise.all([16, 32, 48, 64, 128, 256].map(async (size) => ({ size, data: await png(svg, size) })))));
await save(
  'icon.icns',
  icns(
    await Promise.all(
      (
        [
          ['ic11', 32],
          ['ic07', 128],
          ['ic08', 256],
          ['ic09', 512],
          ['ic10', 1024],
        ] as const
      ).map(async ([type, size]) => ({ type, data: await png(svg, size) })),
    ),
  ),
);

/** PNGs in an ICO file: a directory, then the pictures. */
function ico(images: readonly { readonly size: number; readonly data: Buffer }[]): Buffer {
  const head = Buffer.alloc(6 + 16 * images.length);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(images.length, 4);
  let offset = head.length;
  for (const [index, { size, data }] of images.entries()) {
    const at = 6 + 16 * index;
    head.writeUInt8(size % 256, at);
    head.writeUInt8(size % 256, at + 1);
    head.writeUInt16LE(1, at + 4);
    head.writeUInt16LE(32, at + 6);
    head.writeUInt32LE(data.length, at + 8);
    head.writeUInt32LE(offset, at + 12);
    offset += data.length;
  }
  return Buffer.concat([head, ...images.map(({ data }) => data)]);
}

/** PNGs in an ICNS file: each with its type and length. */
function icns(images: readonly { readonly type: string; readonly data: Buffer }[]): Buffer {
  const parts = images.map(({ type, data }) => {
    const head = Buffer.alloc(8);
    head.write(type, 0, 'latin1');
    head.writeUInt32BE(data.length + 8, 4);
    return Buffer.concat([head, data]);
  });
  const head = Buffer.alloc(8);
  head.write('icns', 0, 'latin1');
  head.writeUInt32BE(8 + parts.reduce((sum, part) => sum + part.length, 0), 4);
  return Buffer.concat([head, ...parts]);
}
