/** Entry of the main process. */
import * as electron from 'electron';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Desktop } from './desktop.ts';

const ownDirectory = import.meta.dirname;
/** Packaged it lies beside; from a checkout it is where it is built. */
const packaged = join(ownDirectory, 'client');
const clientDirectory = existsSync(packaged) ? packaged : join(ownDirectory, '..', '..', 'client-web', 'dist');
const program = process.env['APPIMAGE'] ?? process.execPath;

Desktop.start({ electron, platform: process.platform, argv: process.argv, program, clientDirectory, ownDirectory }).catch((error: unknown) => {
  electron.dialog.showErrorBox('NexusComm', error instanceof Error ? error.message : String(error));
  electron.app.exit(1);
});
