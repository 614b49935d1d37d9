/** A homeserver that other servers reach over TLS; named by its address. */
import type { CertificateFiles } from '@nexuscomm/homeserver/testing/certificates.ts';
import { freePort } from '@nexuscomm/homeserver/testing/free-port.ts';
import { startHomeserver, type Homeserver } from './homeserver.ts';

export async function startFederatedHomeserver(certificates: CertificateFiles): Promise<Homeserver> {
  const [clients, port] = [await freePort(), await freePort()];
  return startHomeserver({
    NEXUS_PORT: String(clients),
    // Otherwise clients are sent to the TLS port, whose certificate the browser does not trust.
    NEXUS_PUBLIC_BASEURL: `http://localhost:${clients}`,
    NEXUS_SERVER_NAME: `127.0.0.1:${port}`,
    NEXUS_TLS_PORT: String(port),
    NEXUS_TLS_CERT: certificates.cert,
    NEXUS_TLS_KEY: certificates.key,
    NEXUS_FEDERATION_CA: certificates.ca,
    NEXUS_ALLOW_PRIVATE_ADDRESSES: 'on',
  });
}
