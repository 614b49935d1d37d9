/** What electron-builder is told. Packaging itself takes Electron's programs, which tests do without. */
import { describe, expect, test } from '@jest/globals';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '..');
const read = async (name: string): Promise<string> => readFile(join(folder, name), 'utf8');

interface Config {
  readonly files: readonly (string | { readonly from: string; readonly to: string; readonly filter: readonly string[] })[];
  readonly protocols: readonly { readonly schemes: readonly string[] }[];
  readonly electronFuses: Readonly<Record<string, boolean>>;
  readonly publish: unknown;
  readonly linux: { readonly target: readonly string[]; readonly icon: string };
  readonly mac: { readonly target: readonly string[]; readonly icon: string; readonly hardenedRuntime: boolean; readonly entitlements: string };
  readonly win: { readonly target: readonly string[]; readonly icon: string };
}

describe('electron-builder.json', () => {
  let config: Config;
  test('is JSON that names what there is', async () => {
    config = JSON.parse(await read('electron-builder.json')) as Config;
    const { linux, mac, win } = config;
    for (const path of [linux.icon, mac.icon, win.icon, mac.entitlements]) expect([path, existsSync(join(folder, path))]).toEqual([path, true]);
    expect([linux.target, mac.target, win.target]).toEqual([['AppImage', 'deb'], ['dmg'], ['nsis']]);
  });

  test('packs the bundles and the client, no sources and no packages', () => {
    const [first, ...rest] = config.files;
    expect(first).toBe('!**/*');
    const names = rest.filter((one) => typeof one === 'string');
    expect(names).toEqual(['package.json', 'dist/main.mjs', 'dist/preload.cjs', 'dist/icons/**/*.png']);
    const client = rest.find((one) => typeof one === 'object');
    // Where main.ts looks for it.
    expect(client).toMatchObject({ from: '../client-web/dist', to: 'dist/client' });
    expect(client!.filter).toEqual(expect.arrayContaining(['!**/*.map', '!**/*.br', '!**/*.gz']));
  });

  test('opens matrix: links, publishes nothing, and closes the ways around', async () => {
    expect(config.protocols.flatMap(({ schemes }) => schemes)).toEqual(['matrix']);
    expect(config.publish).toBeNull();
    expect(config.electronFuses).toMatchObject({ runAsNode: false, enableNodeCliInspectArguments: false, onlyLoadAppFromAsar: true });
    expect(config.mac.hardenedRuntime).toBe(true);
    const entitlements = await read(config.mac.entitlements);
    for (const loose of ['disable-library-validation', 'allow-dyld-environment-variables', 'allow-unsigned-executable-memory', 'get-task-allow']) {
      expect(entitlements).not.toContain(loose);
    }
  });

  test('the package starts what is built', async () => {
    expect(JSON.parse(await read('package.json'))).toMatchObject({ main: 'dist/main.mjs', devDependencies: { electron: expect.any(String) } });
  });
});

test('icons are what their names say', async () => {
  const ico = await readFile(join(folder, 'icons', 'icon.ico'));
  expect([ico.readUInt16LE(0), ico.readUInt16LE(2), ico.readUInt16LE(4)]).toEqual([0, 1, 6]);
  const icns = await readFile(join(folder, 'icons', 'icon.icns'));
  expect([icns.toString('latin1', 0, 4), icns.readUInt32BE(4)]).toEqual(['icns', icns.length]);
  for (const size of [16, 32, 48, 64, 128, 256, 512, 1024]) {
    const png = await readFile(join(folder, 'icons', `icon-${size}.png`));
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([size, size]);
  }
});
