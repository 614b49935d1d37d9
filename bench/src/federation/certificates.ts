/** Certificates for servers on loopback, of an authority that is made for the run. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestAuthority, type TestAuthority } from '@nexuscomm/federation/testing/tls-server.ts';

/** PEM files for 127.0.0.1. */
export interface CertificateFiles {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** Runs work with certificates that are gone afterwards. */
export async function withCertificates<T>(work: (files: CertificateFiles, authority: TestAuthority) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'nexuscomm-bench-tls-'));
  try {
    const authority = await createTestAuthority();
    const { cert, key } = await authority.certificate(['127.0.0.1']);
    const files = { ca: join(directory, 'ca.pem'), cert: join(directory, 'cert.pem'), key: join(directory, 'key.pem') };
    await Promise.all([writeFile(files.ca, authority.cert), writeFile(files.cert, cert), writeFile(files.key, key)]);
    return await work(files, authority);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
