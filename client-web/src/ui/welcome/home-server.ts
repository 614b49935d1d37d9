/** The homeserver that serves this page, if one does: `config.json` beside it. */

export async function homeServer(): Promise<{ baseUrl: string; name: string | undefined } | undefined> {
  try {
    const response = await fetch('./config.json', { cache: 'no-cache' });
    const config = (await response.json()) as { homeserver?: { base_url?: unknown; server_name?: unknown } };
    const { base_url: baseUrl, server_name: name } = config.homeserver ?? {};
    return typeof baseUrl === 'string' ? { baseUrl, name: typeof name === 'string' ? name : undefined } : undefined;
  } catch {
    return undefined;
  }
}
