/** The certificate authorities that other servers' certificates are checked against. */
import { readFileSync } from 'node:fs';
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';

/** The authorities of Node and of the operating system, and one of the operator's (a PEM file). Throws with the setting's name. */
export function trustedRoots(caFile: string | undefined): SecureContext {
  const ca = [...getCACertificates('default'), ...getCACertificates('system')];
  if (caFile !== undefined) ca.push(readCa(caFile));
  try {
    return createSecureContext({ ca });
  } catch (error) {
    throw new Error(`federation.ca: ${caFile} is not a certificate in PEM form [NEXUS_FEDERATION_CA]`, { cause: error });
  }
}

function readCa(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`federation.ca: ${file} can't be read (${(error as NodeJS.ErrnoException).code}) [NEXUS_FEDERATION_CA]`, { cause: error });
  }
}
