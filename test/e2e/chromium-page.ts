// Opens a headless Chromium on pages this file serves itself from memory, on loopback. Finds the browser on the
// machine, or installs Debian's where it may.

import { spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Browser, chromium, type Page } from 'playwright-core';
import { findChromium } from '../../electron/session/chromium.ts';

export interface OpenPage {
  readonly page: Page;
  close(): Promise<void>;
}

const TYPES: Record<string, string> = {
  html: 'text/html',
  css: 'text/css',
  js: 'text/javascript',
  wasm: 'application/wasm',
};

function chromiumOrInstall(): string {
  const found = findChromium();
  if (found !== undefined) return found;
  if (process.platform === 'linux' && process.getuid?.() === 0) {
    spawnSync('apt-get', ['update', '-qq'], { stdio: 'ignore' });
    spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], { stdio: 'ignore' });
  } else spawnSync('npx', ['playwright-core', 'install', 'chromium'], { stdio: 'inherit' });
  const installed = findChromium();
  if (installed !== undefined) return installed;
  try {
    return chromium.executablePath();
  } catch {
    throw new Error(
      'the end-to-end tests need Chromium: apt-get install chromium, or set CAPSTAN_CHROMIUM to its path',
    );
  }
}

/** The browser of the machine, headless. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumOrInstall(),
    args: [
      '--no-sandbox', // test pages of our own, on machines where tests run as root
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
      '--disable-quic',
    ],
  });
}

/** @param files content by name; "index.html" is opened */
export async function openChromium(files: Readonly<Record<string, string | Uint8Array>>): Promise<OpenPage> {
  const server = createServer((request, response) => {
    const name = (request.url ?? '/').split('?')[0].slice(1) || 'index.html';
    const content = files[name];
    if (content === undefined) {
      response.writeHead(404).end();
      return;
    }
    response
      .writeHead(200, { 'content-type': TYPES[name.split('.').pop() ?? ''] ?? 'application/octet-stream' })
      .end(content);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  let browser: Browser | undefined;
  try {
    browser = await launchChromium();
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    return {
      page,
      close: async () => {
        await browser?.close();
        server.close();
      },
    };
  } catch (error) {
    await browser?.close();
    server.close();
    throw error;
  }
}
