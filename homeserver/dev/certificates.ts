/** Certificates for servers on this machine, of an authority that is made at the first start and kept until it is old. */
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createTestAuthority } from '@nexuscomm/federation/testing/tls-server.ts';

export interface CertificateFiles {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** They are valid for a year. */
const RENEW_AFTER_MS = 300 * 24 * 3_600_000;

export async function certificatesIn(directory: string): Promise<CertificateFiles> {
  const [ca, cert, key] = ['ca.pem', 'cert.pem', 'key.pem'].map((name) => resolve(directory, name)) as [string, string, string];
  const made = await stat(key).catch(() => undefined);
  if (!made || Date.now() - made.mtimeMs > RENEW_AFTER_MS) {
    await mkdir(directory, { recursive: true });
    const authority = await createTestAuthority();
    const own = await authority.certificate(['localhost', '127.0.0.1']);
    await writeFile(ca, authority.cert);
    await writeFile(cert, own.cert);
    await writeFile(join(directory, 'key.pem'), own.key, { mode: 0o600 });
  }
  return { ca, cert, key };
}
