/** Addresses that belong to no public server: this machine, local networks, and all that is reserved. */
import ipaddr from 'ipaddr.js';

const NAT64_PREFIX_BYTES = 12;

/** True for whatever is not a public unicast address, also in the form of an IPv6 address that stands for an IPv4 one. */
export function isPrivateAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return true;
  const parsed = ipaddr.process(address);
  const range = parsed.range();
  // NAT64 (RFC 6052) is how networks without IPv4 reach public IPv4 servers.
  if (range === 'rfc6052') return ipaddr.fromByteArray(parsed.toByteArray().slice(NAT64_PREFIX_BYTES)).range() !== 'unicast';
  return range !== 'unicast';
}
