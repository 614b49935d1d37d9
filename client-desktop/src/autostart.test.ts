import { expect, test } from '@jest/globals';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setAutostart } from './autostart.ts';

test('Linux: a file that comes and goes', async () => {
  const configDirectory = await mkdtemp(join(tmpdir(), 'nexuscomm-autostart-'));
  try {
    const given = { platform: 'linux', app: { setLoginItemSettings: () => {} }, configDirectory, program: '/opt/Nexus "Comm"/100%' };
    const file = join(configDirectory, 'autostart', 'nexuscomm.desktop');
    setAutostart(given, true, true);
    expect(await readFile(file, 'utf8')).toContain('Exec="/opt/Nexus \\"Comm\\"/100%%" --hidden\n');
    setAutostart(given, true, false);
    expect(await readFile(file, 'utf8')).not.toContain('--hidden');
    setAutostart(given, false, true);
    expect(existsSync(file)).toBe(false);
  } finally {
    await rm(configDirectory, { recursive: true, force: true });
  }
});

test('elsewhere the list of the system', () => {
  const seen: object[] = [];
  const given = { app: { setLoginItemSettings: (settings: object) => void seen.push(settings) }, configDirectory: '/nowhere', program: '/p' };
  setAutostart({ ...given, platform: 'win32' }, true, true);
  setAutostart({ ...given, platform: 'darwin' }, true, true);
  setAutostart({ ...given, platform: 'win32' }, false, false);
  expect(seen).toEqual([{ openAtLogin: true, args: ['--hidden'] }, { openAtLogin: true }, { openAtLogin: false }]);
});
