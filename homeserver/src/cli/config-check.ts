/** `nexuscomm config check`: the settings in force, once they have been found right. Secrets are not shown. */
import { settings } from '../config/load-config.ts';
import { registrationMode } from '../config/registration-mode.ts';
import type { Config } from '../config/schema.ts';

export async function checkConfig(config: Config): Promise<void> {
  for (const { path, schema } of settings()) {
    const value = path.reduce<unknown>((inner, name) => (inner as Record<string, unknown> | undefined)?.[name], config);
    const set = JSON.stringify(value) !== JSON.stringify(schema.default);
    if (!set) continue;
    const secret = /secret|url/.test(path.at(-1)!) && path.at(-1) !== 'public_baseurl';
    process.stdout.write(`${path.join('.')}: ${secret ? '(set)' : JSON.stringify(value)}\n`);
  }
  const { mode, isTrial, reason } = registrationMode(config);
  process.stdout.write(`Registration is ${mode}, ${reason}.${isTrial ? ' The first account becomes an administrator.' : ''}\n`);
  process.stdout.write('The configuration is right; settings not named have their defaults.\n');
}
