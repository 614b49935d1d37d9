/** Certificates for servers on this machine, of an authority that is made at the first start and kept until it is old. */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { certificateFiles, writeCertificates, type CertificateFiles } from '../testing/certificates.ts';

/** They are valid for a year. */
const RENEW_AFTER_MS = 300 * 24 * 3_600_000;

export async function certificatesIn(directory: string): Promise<CertificateFiles> {
  const files = certificateFiles(resolve(directory));
  const made = await stat(files.key).catch(() => undefined);
  if (made && Date.now() - made.mtimeMs <= RENEW_AFTER_MS) return files;
  return writeCertificates(resolve(directory));
}
