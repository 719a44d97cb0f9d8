// Owns where the bundled process entries of this installation are. Must stay free of everything else: every process and
// thread imports it.

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds package.json. */
export const INSTALLATION_ROOT = findRoot();

function findRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error('this installation is broken: no package.json above the program files');
    folder = parent;
  }
  return folder;
}

/** A bundled process entry, as "robot-host.js". */
export function bundledEntry(file: string): string {
  return join(INSTALLATION_ROOT, 'out', file);
}
