/** DNS, as far as discovery and connections need it. */

export interface SrvRecord {
  readonly name: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
}

export interface Resolver {
  /** IPv4 and IPv6 addresses in the order to try them; none if the name does not exist. Throws if DNS does not answer. */
  addresses(host: string): Promise<readonly string[]>;
  /** None if there are none. Throws if DNS does not answer. */
  srv(name: string): Promise<readonly SrvRecord[]>;
}
