/**
 * Transaction ids are scoped to a device and an endpoint (Client-Server API, "Transaction identifiers"): the stored
 * form carries the endpoint's path parameters in front of the client's own id.
 */

/** `kind` is the endpoint, `target` its room and event type (or redacted event). */
export function scopedTransactionId(scope: { kind: 'send' | 'redact'; target: string; txnId: string }): string {
  return `${scope.kind}:${scope.target.length}:${scope.target}${scope.txnId}`;
}

/** The client's own id in a stored one. */
export function transactionIdOf(scoped: string): string {
  const first = scoped.indexOf(':');
  const second = scoped.indexOf(':', first + 1);
  return scoped.slice(second + 1 + Number(scoped.slice(first + 1, second)));
}
