/** Certificates for servers on loopback, of an authority that is made for the run. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestAuthority } from '@nexuscomm/federation/testing/tls-server.ts';

/** PEM files. */
export interface CertificateFiles {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

async function writeCertificates(directory: string, names: readonly string[]): Promise<CertificateFiles> {
  const authority = await createTestAuthority();
  const { cert, key } = await authority.certificate(names);
  const files = { ca: join(directory, 'ca.pem'), cert: join(directory, 'cert.pem'), key: join(directory, 'key.pem') };
  await Promise.all([writeFile(files.ca, authority.cert), writeFile(files.cert, cert), writeFile(files.key, key)]);
  return files;
}

/** Runs work with certificates that are gone afterwards. */
export async function withCertificates<T>(names: readonly string[], work: (files: CertificateFiles) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'nexuscomm-bench-tls-'));
  try {
    return await work(await writeCertificates(directory, names));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
