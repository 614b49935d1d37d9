/**
 * The order in which a server closes. It isn't the order of starting turned around: what asks ends first, then the commits,
 * then what follows from commits, and last what all of them write with.
 */
const CLOSING_ORDER = [
  'waitingSyncs',
  'ports',
  'pruning',
  'presence',
  'commits',
  'push',
  'thirdPartyInvites',
  'media',
  'search',
  'federationOutbound',
  'federationRooms',
  'federationTransport',
  'lastSeen',
  'notifications',
  'redis',
  'database',
] as const;

/** What is started is given to its step at once, so that a start that fails midway closes what it had come to. */
export type ClosingSteps = Readonly<Record<(typeof CLOSING_ORDER)[number], AsyncDisposableStack>>;

/** The steps as parts of `everything`, which closes them. */
export function closingSteps(everything: AsyncDisposableStack): ClosingSteps {
  // A stack closes first what it was given last.
  const steps = CLOSING_ORDER.toReversed().map((name) => [name, everything.use(new AsyncDisposableStack())]);
  return Object.fromEntries(steps) as ClosingSteps;
}
