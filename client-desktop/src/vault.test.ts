import { expect, test } from '@jest/globals';
import { fakeSafeStorage } from '../testing/fake-electron.ts';
import { Vault } from './vault.ts';

test('a secret is sealed and opened', () => {
  const vault = new Vault(fakeSafeStorage(), 'darwin');
  const sealed = vault.seal('syt_token ✓');
  expect(vault.seals).toBe(true);
  expect(sealed).toMatch(/^sealed:[A-Za-z0-9+/=]+$/);
  expect(sealed).not.toContain('syt_token');
  expect(vault.open(sealed)).toBe('syt_token ✓');
});

test('without a key store it is kept as it is, and that is said', () => {
  for (const [storage, platform] of [
    [fakeSafeStorage({ available: false }), 'win32'],
    [fakeSafeStorage({ backend: 'basic_text' }), 'linux'],
    [fakeSafeStorage({ backend: 'unknown' }), 'linux'],
  ] as const) {
    const vault = new Vault(storage, platform);
    expect(vault.seals).toBe(false);
    expect(vault.open(vault.seal('secret'))).toBe('secret');
  }
  expect(new Vault(fakeSafeStorage({ backend: 'gnome_libsecret' }), 'linux').seals).toBe(true);
});

test('what was kept plain is still read when a key store is there, and the other way round it is not', () => {
  const without = new Vault(fakeSafeStorage({ available: false }), 'win32');
  const sealing = new Vault(fakeSafeStorage(), 'win32');
  expect(sealing.open(without.seal('secret'))).toBe('secret');
  expect(() => without.open(sealing.seal('secret'))).toThrow();
  expect(() => sealing.open('secret')).toThrow('nothing that the vault has kept');
});
