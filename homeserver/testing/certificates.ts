/** Certificates for servers on loopback that talk to each other, of an authority that is made for them. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestAuthority, type TestAuthority } from '@nexuscomm/federation/testing/tls-server.ts';

/** Paths of PEM files. */
export interface CertificateFiles {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** Names of the files in a directory. What Synapse takes as an authority ends in .crt. */
export const certificateFiles = (directory: string): CertificateFiles => ({
  ca: join(directory, 'ca.crt'),
  cert: join(directory, 'tls.crt'),
  key: join(directory, 'tls.key'),
});

/** For `localhost` and 127.0.0.1. */
export async function writeCertificates(directory: string): Promise<CertificateFiles & { readonly authority: TestAuthority }> {
  await mkdir(directory, { recursive: true });
  const authority = await createTestAuthority();
  const { cert, key } = await authority.certificate(['localhost', '127.0.0.1']);
  const files = certificateFiles(directory);
  await Promise.all([writeFile(files.ca, authority.cert), writeFile(files.cert, cert), writeFile(files.key, key, { mode: 0o600 })]);
  return { ...files, authority };
}

/** In a directory of their own, which is gone afterwards. */
export async function makeCertificates(): Promise<CertificateFiles & { readonly authority: TestAuthority } & AsyncDisposable> {
  const directory = await mkdtemp(join(tmpdir(), 'nexuscomm-tls-'));
  return { ...(await writeCertificates(directory)), [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }) };
}
