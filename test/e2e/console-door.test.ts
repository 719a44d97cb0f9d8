// The console's door: who comes in, what is given out, and what a hostile page or window cannot do.

import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { ConsoleStand } from './console-stand.ts';

let stand: ConsoleStand;
beforeAll(async () => {
  stand = await ConsoleStand.open();
  const episodes = join(stand.home.folder, 'episodes');
  mkdirSync(episodes, { recursive: true });
  writeFileSync(join(episodes, 'numbers.mcap'), '0123456789');
  writeFileSync(join(episodes, 'notes.txt'), 'no episode');
  writeFileSync(join(stand.home.folder, 'secret.mcap'), 'secret');
  symlinkSync(join(stand.home.folder, 'secret.mcap'), join(episodes, 'link.mcap'));
});
afterAll(async () => {
  await stand.close();
});

interface Answer {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly body: string;
}

/** As no client library would: the path goes out as it is. */
function get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ port: stand.address.port, host: '127.0.0.1', path, headers, method }, (response) => {
      let body = '';
      response.on('data', (data) => {
        body += data;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    });
    asked.on('error', reject);
    asked.end();
  });
}

/** How a socket ends that says this first. */
function closing(first: string | Buffer, origin = stand.address.origin): Promise<number> {
  const socket = new WebSocket(`ws://127.0.0.1:${stand.address.port}/ws`, { origin });
  return new Promise((resolve, reject) => {
    socket.once('open', () => socket.send(first));
    socket.once('close', (code) => resolve(code));
    socket.once('unexpected-response', (_, response) => resolve(response.statusCode ?? 0));
    socket.once('error', (error) => {
      if (!String(error).includes('socket hang up')) reject(error);
    });
  });
}

describe('the door', () => {
  it('gives the page a strict policy with a nonce of its own, and nothing to other methods', async () => {
    const [one, other] = [await get('/'), await get('/')];
    expect(one.status).toBe(200);
    const policy = String(one.headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    expect(policy).not.toBe(other.headers['content-security-policy']);
    expect(one.headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
    expect((await get('/', {}, 'POST')).status).toBe(405);
    expect((await get('/no-such-page')).status).toBe(404);
  });

  it('is closed to other names, other sites and other tokens', async () => {
    const { port, token } = stand.address;
    for (const host of [
      `evil.example:${port}`,
      'evil.example',
      `127.0.0.1:${port + 1}`,
      `127.0.0.1.evil.example:${port}`,
    ])
      expect((await get('/', { host })).status, host).toBe(403);
    expect((await get('/', { host: `localhost:${port}` })).status).toBe(200);
    expect((await get('/', { origin: 'http://evil.example' })).status).toBe(403);
    expect((await get('/', { origin: 'null' })).status).toBe(403);
    const hello = { kind: 'hello', version: 1, token, client: 'window-12345' };
    const say = (change: object) => JSON.stringify({ ...hello, ...change });
    expect(await closing(say({}), 'http://evil.example')).toBe(403);
    for (const first of [
      say({ token: 'wrong' }),
      say({ token: `${token}x` }),
      say({ version: 2 }),
      say({ client: '../..' }),
    ])
      expect(await closing(first)).toBe(4401);
    for (const first of ['', '{', 'null', '[]', Buffer.from([0, 255])]) expect(await closing(first)).toBe(4401);
  });

  it('gives out episodes by ranges, to who has the token, and nothing from outside of their folder', async () => {
    const bearer = { authorization: `Bearer ${stand.address.token}` };
    expect((await get('/episodes/numbers.mcap')).status).toBe(401);
    expect((await get('/episodes/numbers.mcap', { authorization: 'Bearer wrong' })).status).toBe(401);
    const whole = await get('/episodes/numbers.mcap', bearer);
    expect(whole).toMatchObject({ status: 200, body: '0123456789', headers: { 'accept-ranges': 'bytes' } });
    const ranges: [string, number, string, string | undefined][] = [
      ['bytes=2-4', 206, '234', 'bytes 2-4/10'],
      ['bytes=7-', 206, '789', 'bytes 7-9/10'],
      ['bytes=-3', 206, '789', 'bytes 7-9/10'],
      ['bytes=0-99', 206, '0123456789', 'bytes 0-9/10'],
      ['bytes=10-', 416, '', 'bytes */10'],
      ['bytes=-0', 416, '', 'bytes */10'],
      ['bytes=4-2', 200, '0123456789', undefined],
      ['bytes=0-1,3-4', 200, '0123456789', undefined],
      ['lines=1-2', 200, '0123456789', undefined],
    ];
    for (const [range, status, body, contentRange] of ranges) {
      const answer = await get('/episodes/numbers.mcap', { ...bearer, range });
      expect({ range, status: answer.status, body: answer.body }).toEqual({ range, status, body });
      expect(answer.headers['content-range']).toBe(contentRange);
    }
    for (const path of [
      '/episodes/../secret.mcap',
      '/episodes/%2e%2e/secret.mcap',
      '/episodes/..%2fsecret.mcap',
      '/episodes/..%5csecret.mcap',
      '/episodes/%00.mcap',
      '/episodes/%zz.mcap',
      '/episodes//etc/passwd',
      '/episodes/link.mcap',
      '/episodes/notes.txt',
      '/episodes/',
      '/../package.json',
      '/%2e%2e/%2e%2e/package.json',
      '/..%2f..%2fpackage.json',
    ]) {
      const { status, body } = await get(path, bearer);
      expect([404, 400].includes(status), `${path}: ${status}`).toBe(true);
      expect(body).not.toContain('secret');
    }
  });

  it('changes nothing for malformed messages, and sends away who keeps sending them', async () => {
    const [watcher, hostile] = [await stand.window(), await stand.window()];
    const before = watcher.state();
    const nonsense = [
      '',
      '{',
      'null',
      '[]',
      '"text"',
      '{"kind":"request"}',
      '{"kind":"reply","id":1,"result":{}}',
      '{"kind":"event","name":"state","data":{}}',
      '{"kind":"notice","name":"beat","data":{}}',
      `{"kind":"request","id":1,"name":"${'x'.repeat(100)}"}`,
    ];
    for (const text of nonsense) hostile.socket.send(text);
    const ask = (name: string, params: object) => hostile.ask(name as 'state', params as never);
    await expect(ask('__proto__', {})).rejects.toThrow('there is no request');
    await expect(ask('constructor', {})).rejects.toThrow('there is no request');
    for (const [name, params] of [
      ['openCell', {}],
      ['openCell', { task: 'cube-lift', tier: 'S9', seed: -1, writer: { kind: 'nobody' }, caps: {} }],
      ['decide', { proposalId: 1 }],
      ['setSpeed', { speedScale: 7 }],
      ['startBench', { tasks: [], tier: 'S1', trials: 0, seed0: 0, workers: null }],
      ['annotateEpisode', { id: '../../secret', tags: 'x' }],
    ] as const)
      await expect(ask(name, params)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    for (const id of ['../secret', '', '__proto__'])
      await expect(ask('deleteEpisode', { id })).rejects.toMatchObject({ code: 'NO_EPISODE' });
    await expect(ask('instruct', { text: 'go' })).rejects.toMatchObject({ code: 'NO_CELL' });
    expect(watcher.state()).toEqual(before);
    const gone = new Promise<number>((resolve) => hostile.socket.once('close', resolve));
    for (let count = 0; count < 30; count++) hostile.socket.send('{');
    expect(await gone).toBe(4400);
    const large = await stand.window();
    const tooMuch = new Promise<number>((resolve) => large.socket.once('close', resolve));
    large.socket.send('x'.repeat(2 * 1024 * 1024));
    expect(await tooMuch).toBe(1009);
    expect(await watcher.ask('state', {})).toMatchObject({ phase: 'empty' });
    const said = stand.command
      .stderr()
      .split('\n')
      .filter((line) => line.includes('what is refused'));
    expect(said).toHaveLength(1);
  });
});

describe('settings', () => {
  it('are kept, without the keys, which no window ever sees', async () => {
    const window = await stand.window();
    const key = 'sk-test-0123456789';
    const withKey = await window.ask('setKey', { provider: 'openai', key });
    expect(withKey).toMatchObject({ canKeepKeys: false, shell: 'browser' });
    expect(withKey.providers).toContainEqual({ provider: 'openai', key: 'this session' });
    await expect(window.ask('setKey', { provider: 'nobody', key })).rejects.toMatchObject({ code: 'NO_PROVIDER' });
    const changed = await window.ask('changeSettings', { notes: 'The table is slippery.', caps: { calls: 7 } });
    expect(changed).toMatchObject({ notes: 'The table is slippery.', caps: { calls: 7 } });
    expect(JSON.stringify(changed)).not.toContain(key);
    expect((await window.ask('setKey', { provider: 'openai', key: '' })).providers).toContainEqual({
      provider: 'openai',
      key: 'none',
    });
    expect(await window.ask('testModel', { model: 'openai:any' })).toMatchObject({
      ok: false,
      message: expect.stringContaining('OPENAI_API_KEY'),
    });
    expect(stand.command.stderr()).not.toContain(key);
  });
});
