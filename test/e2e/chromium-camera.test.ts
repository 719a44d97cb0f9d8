// Pictures agree between Node and Chromium, from the meshes of the arm to the bytes of the PNG.

import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { INSTALLATION_ROOT } from '../../electron/session/installation.ts';
import { hashPicture } from './camera-page.ts';
import { type OpenPage, openChromium } from './chromium-page.ts';

describe('the camera in Chromium', () => {
  let open: OpenPage;

  beforeAll(async () => {
    const bundle = await build({
      absWorkingDir: INSTALLATION_ROOT,
      entryPoints: ['test/e2e/camera-page.ts'],
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'browser',
      target: 'es2023',
      logLevel: 'error',
    });
    open = await openChromium({
      'index.html': '<!doctype html><title>camera</title><script type="module" src="/page.js"></script>',
      'page.js': bundle.outputFiles[0].text,
    });
    await open.page.waitForFunction(() => 'hashPicture' in window);
  }, 180_000);

  afterAll(async () => {
    await open?.close();
  });

  it('draws the Panda bit for bit as in Node', async () => {
    const inChromium = await open.page.evaluate(() => window.hashPicture());
    expect(inChromium).toEqual(hashPicture());
  }, 120_000);
});
