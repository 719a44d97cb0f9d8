// Attacks on files: programs that try to read, write or remove one, from inside the sandbox and, should the engine ever
// break, from its process. A folder with a secret shows what happened.

import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { type Attack, openStand, type Success, testAttacks } from './attack-harness.ts';
import { runInBareNode } from './bare-node.ts';
import { runBrokenOut } from './broken-out.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'capstan-files-')));
const secretFile = join(folder, 'secret.txt');
let secret = '';

beforeEach(() => {
  secret = randomBytes(16).toString('hex');
  for (const name of readdirSync(folder)) rmSync(join(folder, name));
  writeFileSync(secretFile, secret);
  writeFileSync(join(folder, 'secret.mjs'), `export const secret = '${secret}';\n`);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What happened to the folder, or came out of it. `told` is all that left the program. */
function seen(told: unknown): Success {
  const made = readdirSync(folder).filter((name) => !name.startsWith('secret'));
  if (made.length > 0) return `made ${made.join()}`;
  if (!existsSync(secretFile)) return 'removed the secret';
  if (readFileSync(secretFile, 'utf8') !== secret) return 'changed the secret';
  return JSON.stringify(told).includes(secret) ? 'told the secret' : null;
}

interface FileAttack extends Attack {
  /** The control of attacks that a bare Node does not show. */
  readonly control?: (javascript: string) => Promise<unknown>;
}

/** FOLDER stands for the folder's path. */
const ATTACKS: readonly FileAttack[] = [
  {
    name: 'imports the file system, and writes',
    source: "import { writeFileSync } from 'node:fs';\nwriteFileSync('FOLDER/made', 'x');",
    caughtBy: ['IMPORT'],
  },
  {
    name: 'imports the file system while it runs, and reads',
    source: "const { readFileSync } = await import('node:fs');\nawait say(readFileSync('FOLDER/secret.txt', 'utf8'));",
    caughtBy: ['IMPORT'],
  },
  {
    name: 'asks the process for the file system, and removes',
    source: "process.getBuiltinModule('node:fs').rmSync('FOLDER/secret.txt');",
    caughtBy: ['FORBIDDEN_NAME'],
  },
  {
    name: 'makes a require of its own, and writes over',
    source: `import { createRequire } from 'node:module';
createRequire('FOLDER/')('fs').writeFileSync('FOLDER/secret.txt', 'mine');`,
    caughtBy: ['IMPORT'],
  },
  {
    name: 'imports a file as a module',
    source: "const { secret } = await import('file://FOLDER/secret.mjs');\nawait say(secret);",
    caughtBy: ['IMPORT'],
  },
  {
    name: 'makes a function from text that writes',
    source: `const key = ['con', 'structor'].join('');
const make = (getObjectPose as unknown as Record<string, (code: string) => () => unknown>)[key];
await make("return process.getBuiltinModule('node:fs').writeFileSync('FOLDER/made', 'x')")();`,
    caughtBy: [],
  },
  {
    name: 'gives a path for the name of an object',
    source: `try {
  console.log(JSON.stringify(await getObjectPose('FOLDER/secret.txt')));
} catch (error) {
  await say(String(error));
}`,
    caughtBy: [],
    // A robot side that finds its objects as files.
    control: async (javascript) => {
      const told: unknown[] = [];
      const getObjectPose = async (name: string) => readFileSync(name, 'utf8');
      const console = { log: (text: unknown) => told.push(text) };
      const run = new Function('getObjectPose', 'console', `return (async () => { ${javascript} })()`);
      await run(getObjectPose, console);
      return told;
    },
  },
];

describe('files', () => {
  testAttacks(ATTACKS, {
    fill: (source) => source.replaceAll('FOLDER', folder),
    underProtection: async (javascript) => {
      const stand = await openStand();
      const outcome = await stand.run(javascript);
      const found = seen([outcome, stand.guestCalls, stand.calls]);
      await stand.expectUnharmed();
      return found;
    },
    switchedOff: 'in a bare Node',
    control: async (javascript, attack) =>
      seen(attack.control ? await attack.control(javascript) : await runInBareNode(javascript)),
  });
});

/** Code that has broken out of the engine, and now runs in the process around it. */
const BREAK_OUTS: readonly { readonly name: string; readonly code: string }[] = [
  { name: 'writes a file', code: "(await import('node:fs')).writeFileSync('FOLDER/made', 'x');" },
  {
    name: 'reads a file',
    code: "process.stdout.write((await import('node:fs')).readFileSync('FOLDER/secret.txt', 'utf8'));",
  },
  { name: 'removes a file', code: "process.getBuiltinModule('fs').rmSync('FOLDER/secret.txt');" },
  {
    name: 'starts a process that writes a file',
    code: `const { spawnSync } = await import('node:child_process');
spawnSync(process.execPath, ['-e', "require('fs').writeFileSync('FOLDER/made', 'x')"]);`,
  },
  {
    // A thread can leave the permission model behind: it is started with flags of its own.
    name: 'starts a thread with no restrictions that writes a file',
    code: `const { Worker } = await import('node:worker_threads');
new Worker("require('fs').writeFileSync('FOLDER/made', 'x')", { eval: true, execArgv: [] });`,
  },
];

describe('files, from the process of the sandbox', () => {
  for (const { name, code } of BREAK_OUTS) {
    test(`code that has broken out of the engine and ${name} gets nowhere`, async () => {
      expect(seen(await runBrokenOut(code.replaceAll('FOLDER', folder), 'up'))).toBeNull();
    });

    test(`CONTROL: code that ${name} succeeds in a process that has given up nothing`, async () => {
      expect(seen(await runBrokenOut(code.replaceAll('FOLDER', folder), 'nothing'))).not.toBeNull();
    });
  }
});
