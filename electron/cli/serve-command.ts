// Owns `capstan serve`: the console in a browser, served by this process to this machine. Ctrl-C ends it in order: what moves
// is stopped, the episode completed, every process gone.

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { openHouse } from '../serve/console-house.ts';
import { openConsoleServer } from '../serve/console-server.ts';
import { INSTALLATION_ROOT, userFolder } from '../session/installation.ts';
import { answer, type Command, printable, tell, UsageError, wholeNumber } from './command.ts';

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
    const house = await openHouse({ home: userFolder(), environment: process.env, shell: 'browser', log });
    const page = join(INSTALLATION_ROOT, 'out', 'console');
    const server = await openConsoleServer({ house, page, port, address, token, log });
    if (input.flag('json')) answer({ url: server.url, origin: server.origin, port: server.port, token });
    tell(`The console is at ${server.url}`);
    tell('Ctrl-C ends it.');
    if (input.flag('open')) openInBrowser(server.url);
    await ended();
    tell('Ctrl-C: stopping what moves and completing the episode; Ctrl-C again ends at once.');
    await house.close('the console was ended with Ctrl-C');
    await server.close();
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
