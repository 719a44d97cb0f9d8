// Owns which Node goes into the desktop package: the one that makes it, or for another platform the one that
// CAPSTAN_NODE names. Must never pack one that is older than what Capstan needs, nor one of another platform unasked.

const { copyFileSync, chmodSync, mkdirSync, rmSync } = require('node:fs');
const { join } = require('node:path');

/** As electron-builder names the platforms of Node. */
const PLATFORMS = { linux: 'linux', darwin: 'darwin', mac: 'darwin', win32: 'win32', windows: 'win32' };

/** Hook of electron-builder, before anything is copied. */
exports.default = async ({ electronPlatformName, packager }) => {
  const platform = PLATFORMS[electronPlatformName] ?? electronPlatformName;
  const given = process.env.CAPSTAN_NODE;
  if (given === undefined && platform !== process.platform) {
    throw new Error(
      `A package for ${platform} needs a Node for ${platform}: download it from nodejs.org and name its binary in CAPSTAN_NODE.`,
    );
  }
  const folder = join(packager.projectDir, 'out', 'node');
  const binary = join(folder, platform === 'win32' ? 'node.exe' : 'node');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  copyFileSync(given ?? process.execPath, binary);
  chmodSync(binary, 0o755);
};
