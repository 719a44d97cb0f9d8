// Owns `capstan serve`: the console in a browser, served by this process to this machine. Ctrl-C ends it in order: what moves
// is stopped, the episode completed, every process gone.

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { channelToParent } from '../ipc/process-channel.ts';
import { SHELL_ORIGIN } from '../ipc/shell-contract.ts';
import { openHouse } from '../serve/console-house.ts';
import { openConsoleServer } from '../serve/console-server.ts';
import { INSTALLATION_ROOT, userFolder } from '../session/installation.ts';
import { shellKeyStore } from '../session/shell-key-store.ts';
import { type Command, printable, tell, UsageError, wholeNumber } from './command.ts';

const LOOPBACK = '127.0.0.1';

export const SERVE_COMMAND: Command = {
  name: 'serve',
  usage: '',
  summary: 'serves the console, where a person works beside the robot, to a browser on this machine',
  options: {
    port: { type: 'string', value: 'N', help: 'port of the page; 0 takes a free one', default: '0' },
    token: { type: 'string', value: 'T', help: 'what a window must show (default: a random one)' },
    host: { type: 'string', value: 'ADDRESS', help: 'address to listen at', default: LOOPBACK },
    open: { type: 'boolean', help: 'open the page in the browser' },
    shell: { type: 'boolean', help: 'serve the desktop shell that started this process, and end with it' },
    json: { type: 'boolean', help: 'print address and token as JSON on stdout' },
  },
  run: async (input) => {
    if (input.words.length > 0) throw new UsageError(`"${input.words[0]}" is not expected here`);
    const port = wholeNumber('port', input.text('port') ?? '', 0, 65_535);
    const token = input.text('token') ?? randomBytes(24).toString('base64url');
    if (!/^[\w~.-]{8,200}$/.test(token))
      throw new UsageError('--token takes 8 to 200 letters, digits and the signs - _ . ~');
    const address = input.text('host') ?? LOOPBACK;
    if (address !== LOOPBACK) {
      tell(
        `WARNING: --host ${printable(address)} lets other machines reach this console. Whoever has the token can move the robot, and nothing on the way is encrypted.`,
      );
    }
    const log = (text: string) => tell(`console: ${printable(text)}`);
    const isShell = input.flag('shell');
    if (isShell && !process.connected)
      throw new UsageError('--shell is for the desktop shell, which starts this itself');
    let origins: readonly string[] = [];
    const house = await openHouse({
      home: userFolder(),
      environment: process.env,
      shell: isShell ? 'desktop' : 'browser',
      keyStore: isShell ? shellKeyStore(channelToParent()) : undefined,
      origins: () => origins,
      log,
    });
    const page = join(INSTALLATION_ROOT, 'out', 'console');
    const pageOrigin = isShell ? SHELL_ORIGIN : undefined;
    const server = await openConsoleServer({ house, page, port, address, pageOrigin, token, log });
    ({ origins } = server);
    if (input.flag('json')) {
      const { url, origin } = server;
      const told = { url, origin, port: server.port, token, episodes: house.episodes };
      process.stdout.write(`${JSON.stringify(told)}\n`);
    }
    tell(`The console is at ${server.url}`);
    tell('Ctrl-C ends it.');
    if (input.flag('open')) openInBrowser(server.url);
    await ended();
    tell('Stopping what moves and completing the episode; Ctrl-C again ends at once.');
    await house.close('the console was closed');
    await server.close();
    // The pipe of a shell would keep this process.
    if (process.connected) process.disconnect();
    return 0;
  },
};

/** Resolves when the process is asked to end. */
function ended(): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    const end = () => {
      if (asked) process.exit(1);
      asked = true;
      resolve();
    };
    process.on('SIGINT', end);
    process.on('SIGTERM', end);
    process.once('disconnect', resolve);
  });
}

function openInBrowser(url: string): void {
  const [program, ...words] =
    process.platform === 'win32'
      ? ['rundll32', 'url.dll,FileProtocolHandler', url]
      : process.platform === 'darwin'
        ? ['open', url]
        : ['xdg-open', url];
  const child = spawn(program, words, { stdio: 'ignore', detached: true });
  child.once('error', () => tell('No browser could be opened; open the address yourself.'));
  child.unref();
}
