import { expect, test } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SettingsFile } from './settings.ts';

test('what was chosen is there after the next start', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'nexuscomm-settings-'));
  try {
    const path = join(directory, 'settings.json');
    const file = new SettingsFile(path);
    expect(file.now).toMatchObject({ closeToTray: true, startAtLogin: false, zoomLevel: 0 });
    file.change({ closeToTray: false, bounds: { x: 1, y: 2, width: 800, height: 600 } });
    expect(new SettingsFile(path).now).toEqual(file.now);
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ closeToTray: false });

    // A file that is broken or strange is as good as none, part by part.
    await writeFile(path, '{"closeToTray":"no","bounds":{"x":"left"},"zoomLevel":1000,"startAtLogin":true}');
    expect(new SettingsFile(path).now).toMatchObject({ closeToTray: true, bounds: undefined, zoomLevel: 5, startAtLogin: true });
    await writeFile(path, '{"closeTo');
    expect(new SettingsFile(path).now).toMatchObject({ closeToTray: true });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});

test('where nothing can be written the choice lasts until the end', () => {
  const file = new SettingsFile('/nowhere/settings.json');
  file.change({ closeToTray: false });
  expect(file.now.closeToTray).toBe(false);
});
