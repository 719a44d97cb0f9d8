// What the desktop shell lets a page do: where it may go, who may speak, which files it may load, and what becomes of keys.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { keyChain, type Secrets } from '../../electron/main/key-chain.ts';
import {
  fileOfPage,
  isTrustedSender,
  mayHave,
  mayLoad,
  mayOpenOutside,
  pageAddress,
} from '../../electron/main/page-rules.ts';

const PAGE = 'capstan://console/index.html#token=abc';

describe('the page', () => {
  test('may be the console, and nothing else', () => {
    expect(mayLoad(PAGE)).toBe(true);
    for (const address of [
      'https://example.com/',
      'http://127.0.0.1:8080/',
      'file:///etc/passwd',
      'capstan://other/index.html',
      'capstan://console.example.com/',
      'capstan://user:secret@console/',
      'javascript:alert(1)',
      'data:text/html,<b>',
      'about:blank',
      '',
      'capstan:console',
    ]) {
      expect(mayLoad(address), address).toBe(false);
    }
  });

  test('may send people to our own documentation, and nowhere else', () => {
    expect(mayOpenOutside(pageAddress('safety.md'))).toBe(true);
    for (const address of [
      'http://github.com/capstan-robotics/capstan/blob/main/docs/safety.md',
      'https://github.com.example.com/capstan-robotics/capstan/blob/main/docs/',
      'https://github.com/capstan-robotics/capstan/blob/main/docs/../../../../../evil/repo',
      'file:///home/user/.bashrc',
      'smb://server/share',
      PAGE,
    ]) {
      expect(mayOpenOutside(address), address).toBe(false);
    }
  });

  test('is heard in its main frame only', () => {
    expect(isTrustedSender({ url: PAGE, parent: null })).toBe(true);
    expect(isTrustedSender({ url: PAGE, parent: {} })).toBe(false);
    expect(isTrustedSender({ url: 'https://example.com/', parent: null })).toBe(false);
    expect(isTrustedSender(null)).toBe(false);
  });

  test('may have the cameras, and no other device', () => {
    expect(mayHave('media', PAGE)).toBe(true);
    expect(mayHave('media', 'https://example.com/')).toBe(false);
    for (const permission of [
      'geolocation',
      'notifications',
      'usb',
      'serial',
      'hid',
      'clipboard-read',
      'openExternal',
    ]) {
      expect(mayHave(permission, PAGE), permission).toBe(false);
    }
  });

  test('loads files of its own folder, and none above it', () => {
    expect(fileOfPage('capstan://console/')).toBe('index.html');
    expect(fileOfPage('capstan://console/assets/app.js?x=1')).toBe('assets/app.js');
    for (const address of [
      'capstan://console/../main.js',
      'capstan://console/%2e%2e/main.js',
      'capstan://console/..%2fmain.js',
      'capstan://console/a/%2e%2e%2f%2e%2e%2fmain.js',
      'capstan://console/..%5cmain.js',
      'capstan://console/C:/windows',
      'capstan://console/%00',
      'capstan://console/%E0%A4%A',
      'capstan://console//etc/passwd',
      'capstan://console/.env',
      'capstan://elsewhere/app.js',
    ]) {
      const file = fileOfPage(address);
      // The parser of addresses resolves some of these by itself; what is left must lie below the folder.
      if (file !== undefined) expect(file, address).toBe('main.js');
    }
    expect(fileOfPage('capstan://console/..%2fmain.js')).toBeUndefined();
    expect(fileOfPage('capstan://console/.env')).toBeUndefined();
  });
});

describe('the keychain', () => {
  const folder = mkdtempSync(join(tmpdir(), 'capstan-keys-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  /** Not secret, but nothing that looks like the key either. */
  const turned: Secrets = {
    isEncryptionAvailable: () => true,
    encryptString: (text) => Buffer.from([...text].reverse().join('')),
    decryptString: (data) => [...data.toString()].reverse().join(''),
  };

  test('keeps keys encrypted, and forgets them', async () => {
    const path = join(folder, 'keys.json');
    const keys = keyChain(path, turned);
    expect(await keys.read({})).toEqual({ keys: {} });
    await keys.write({ provider: 'openai', key: 'sk-very-secret' });
    expect(readFileSync(path, 'utf8')).not.toContain('sk-very-secret');
    expect(await keyChain(path, turned).read({})).toEqual({ keys: { openai: 'sk-very-secret' } });
    await keys.write({ provider: 'openai', key: '' });
    expect(await keys.read({})).toEqual({ keys: {} });
  });

  test('writes nothing where the system has no secrets', async () => {
    for (const [name, secrets] of Object.entries({
      none: { ...turned, isEncryptionAvailable: () => false },
      basic: { ...turned, getSelectedStorageBackend: () => 'basic_text' },
    })) {
      const path = join(folder, `${name}.json`);
      const keys = keyChain(path, secrets);
      expect((await keys.state({})).why).toMatch(/kept until Capstan is closed/);
      expect(await keys.read({})).toEqual({ keys: {} });
      await expect(keys.write({ provider: 'openai', key: 'sk-x' })).rejects.toThrow(/kept until Capstan is closed/);
      expect(existsSync(path)).toBe(false);
    }
  });

  test('puts a damaged file aside, leaves out what another machine encrypted, and goes on', async () => {
    const path = join(folder, 'damaged.json');
    writeFileSync(path, '{"version":1,"keys":');
    const keys = keyChain(path, turned);
    expect(await keys.read({})).toEqual({ keys: {} });
    await keys.write({ provider: 'anthropic', key: 'k' });
    expect(readdirSync(folder)).toContain('damaged.json.damaged');
    const elsewhere = keyChain(path, {
      ...turned,
      decryptString: () => {
        throw new Error('not mine');
      },
    });
    expect(await elsewhere.read({})).toEqual({ keys: {} });
    expect(await keys.read({})).toEqual({ keys: { anthropic: 'k' } });
  });
});
