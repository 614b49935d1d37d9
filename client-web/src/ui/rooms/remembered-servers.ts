/** Servers whose rooms were looked at, most recent first. */
const KEPT = 'nexuscomm.directory-servers';
const MOST = 8;

export function rememberedServers(): readonly string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEPT) ?? '[]');
    return Array.isArray(kept) ? kept.filter((one): one is string => typeof one === 'string') : [];
  } catch {
    return [];
  }
}

export function rememberServer(name: string): readonly string[] {
  const next = [name, ...rememberedServers().filter((one) => one !== name)].slice(0, MOST);
  try {
    localStorage.setItem(KEPT, JSON.stringify(next));
  } catch {
    // Remembered as long as the dialog is open.
  }
  return next;
}
