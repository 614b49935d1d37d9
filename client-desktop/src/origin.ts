/** Where the page lives. A scheme of its own gives it an origin, and with that IndexedDB, a service worker and encryption. */
export const APP_SCHEME = 'nexuscomm';
export const APP_ORIGIN = `${APP_SCHEME}://app`;
export const START_URL = `${APP_ORIGIN}/index.html`;

/** For `protocol.registerSchemesAsPrivileged`, before the app is ready. */
export const SCHEME_PRIVILEGES = {
  scheme: APP_SCHEME,
  privileges: { standard: true, secure: true, supportFetchAPI: true, allowServiceWorkers: true, stream: true, codeCache: true },
} as const;

/** `URL.origin` is "null" for schemes that the platform does not know, so it is not asked. */
export function isOurs(url: string): boolean {
  try {
    const { protocol, host, username, password, port } = new URL(url);
    return protocol === `${APP_SCHEME}:` && host === 'app' && username === '' && password === '' && port === '';
  } catch {
    return false;
  }
}
