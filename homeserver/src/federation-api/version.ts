/** What this server runs (endpoint of spec/endpoints/federation/version.ts). */
import { version } from '@nexuscomm/spec/endpoints/federation/version.ts';
import { softwareVersion } from '../federation/software-version.ts';
import { handle, type Route } from '../http/handler.ts';

export function versionRoutes(): Route[] {
  return [handle(version, async () => ({ server: { name: 'NexusComm', version: softwareVersion } }))];
}
