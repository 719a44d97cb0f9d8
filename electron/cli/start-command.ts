// Owns `capstan start`, what `npm start` runs: the console in a window of its own, or, where no such window can open, in the
// browser, with a plain sentence why.

import type { Command } from './command.ts';
import { oneOf, tell, UsageError } from './command.ts';
import { findShell, runShell } from './desktop-shell.ts';
import { SERVE_COMMAND } from './serve-command.ts';

export const START_COMMAND: Command = {
  name: 'start',
  usage: '',
  summary: 'opens the console: in a window of its own, or in the browser where that cannot be',
  options: {
    in: { type: 'string', value: 'window|browser|either', help: 'where it opens', default: 'either' },
  },
  run: async (input) => {
    if (input.words.length > 0) throw new UsageError(`"${input.words[0]}" is not expected here`);
    const where = oneOf('in', input.text('in') ?? '', ['window', 'browser', 'either']);
    if (where !== 'browser') {
      const { platform, env: environment } = process;
      const shell = await findShell({ platform, environment, userId: process.getuid?.() }, tell);
      if ('binary' in shell) return await runShell(shell.binary);
      if (where === 'window') {
        tell(`The window cannot open here: ${shell.why}. Nothing was started; "capstan serve" serves the browser.`);
        return 1;
      }
      tell(`The console opens in the browser, because its own window cannot: ${shell.why}.`);
    }
    const options: Readonly<Record<string, string>> = { port: '0', host: '127.0.0.1' };
    return await SERVE_COMMAND.run({
      words: [],
      text: (name) => options[name],
      flag: (name) => name === 'open' && hasDisplay(),
    });
  },
};

/** Whether a browser could show itself here. */
function hasDisplay(): boolean {
  const { platform, env } = process;
  return platform !== 'linux' || Boolean(env.DISPLAY ?? env.WAYLAND_DISPLAY);
}
