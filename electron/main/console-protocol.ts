// Owns the scheme the page is loaded by: the files of the console's own folder, and recordings passed through from the
// session process. Must never serve another file, and never without the content policy.

import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { net, protocol } from 'electron';
import { EPISODE_FILES } from '../ipc/console-contract.ts';
import { contentSecurityPolicy, pageWithPolicy } from '../ipc/content-security-policy.ts';
import { SHELL_ORIGIN } from '../ipc/shell-contract.ts';
import { fileOfPage, mayLoad } from './page-rules.ts';
import type { Served } from './session-process.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.mcap': 'application/octet-stream',
  '.bin': 'application/octet-stream',
};

/** To be called before the app is ready: the scheme is secure, standard, and no other. */
export function declareScheme(): void {
  const scheme = SHELL_ORIGIN.slice(0, SHELL_ORIGIN.indexOf(':'));
  protocol.registerSchemesAsPrivileged([
    { scheme, privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true, codeCache: true } },
  ]);
}

/** @param folder with index.html */
export function servePage(folder: string, served: Served): void {
  const scheme = SHELL_ORIGIN.slice(0, SHELL_ORIGIN.indexOf(':'));
  protocol.handle(scheme, async (request) => {
    if (!mayLoad(request.url)) return new Response(null, { status: 403 });
    const { pathname } = new URL(request.url);
    if (pathname.startsWith(EPISODE_FILES)) {
      // The session process looks at the token and at the range.
      const passed = new Headers();
      for (const name of ['authorization', 'range']) {
        const value = request.headers.get(name);
        if (value !== null) passed.set(name, value);
      }
      return net.fetch(`http://127.0.0.1:${served.port}${pathname}`, { headers: passed });
    }
    const file = fileOfPage(request.url);
    if (request.method !== 'GET' || file === undefined) return new Response(null, { status: 404 });
    try {
      const body = await readFile(join(folder, ...file.split('/')));
      const nonce = randomBytes(16).toString('base64url');
      const isPage = file === 'index.html';
      return new Response(isPage ? pageWithPolicy(body.toString('utf8'), nonce).html : new Uint8Array(body), {
        headers: {
          'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
          'content-security-policy': contentSecurityPolicy(nonce),
          'x-content-type-options': 'nosniff',
          'cache-control': 'no-cache',
        },
      });
    } catch {
      return new Response(null, { status: 404 });
    }
  });
}
