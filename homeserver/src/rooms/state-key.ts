/** The text under which a (type, state_key) pair stands in the string table. */

export function stateKeyText(type: string, stateKey: string): string {
  return `${type.length}:${type}${stateKey}`;
}

export function parseStateKeyText(text: string): { type: string; stateKey: string } {
  const colon = text.indexOf(':');
  const start = colon + 1;
  const end = start + Number(text.slice(0, colon));
  return { type: text.slice(start, end), stateKey: text.slice(end) };
}
