/** Starting at login: the system's list on macOS and Windows, a file of the freedesktop specification on Linux. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { App } from 'electron';

export const HIDDEN_SWITCH = '--hidden';

export interface Autostart {
  readonly platform: string;
  readonly app: Pick<App, 'setLoginItemSettings'>;
  /** `$XDG_CONFIG_HOME` */
  readonly configDirectory: string;
  /** What is to be started; an AppImage names its own file, since that which runs is mounted anew each time. */
  readonly program: string;
}

export function setAutostart({ platform, app, configDirectory, program }: Autostart, on: boolean, hidden: boolean): void {
  if (platform !== 'linux') {
    // macOS passes no arguments.
    app.setLoginItemSettings({ openAtLogin: on, ...(platform === 'win32' && hidden ? { args: [HIDDEN_SWITCH] } : {}) });
    return;
  }
  const folder = join(configDirectory, 'autostart');
  const file = join(folder, 'nexuscomm.desktop');
  try {
    if (!on) {
      rmSync(file, { force: true });
      return;
    }
    mkdirSync(folder, { recursive: true });
    const lines = [
      '[Desktop Entry]',
      'Type=Application',
      'Name=NexusComm',
      `Exec=${quoted(program)}${hidden ? ` ${HIDDEN_SWITCH}` : ''}`,
      'Terminal=false',
    ];
    writeFileSync(file, `${lines.join('\n')}\n`);
  } catch {
    // The choice is kept, and tried again with the next.
  }
}

/** "The Exec key": reserved characters are quoted and escaped, percent signs doubled. */
const quoted = (path: string): string => `"${path.replaceAll(/["`$\\]/g, '\\$&').replaceAll('%', '%%')}"`;
