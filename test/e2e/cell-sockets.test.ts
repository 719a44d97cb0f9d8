import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { openMcap } from '../../drivers/episode/mcap-container.ts';
import { readEpisode } from '../../drivers/episode/reader.ts';
import { sourceOfBytes } from '../../drivers/episode/source.ts';
import { TOPICS, type TopicName } from '../../drivers/episode/topics.ts';
import { CLOSE_CODES, SOCKET_PATHS } from '../../electron/ipc/cell-sockets.ts';
import { type CellStand, openCell } from './cell-stand.ts';
import { newClient, ORIGIN, openSocket, TOKEN } from './node-window.ts';

let stand: CellStand | undefined;
afterEach(async () => {
  await stand?.close();
  stand = undefined;
});

const SHORT = "await say('here');\nawait gotoPose([0.45, 0.1, 0.3], [0, 1, 0, 0]);\nconsole.log('done');\n";
const LONG =
  'for (let i = 0; i < 40; i++) {\n  await gotoPose([0.4, 0.2, 0.3], [0, 1, 0, 0], { speedScale: 0.2 });\n  await gotoPose([0.4, -0.2, 0.3], [0, 1, 0, 0], { speedScale: 0.2 });\n}\n';

describe('A cell with a console', () => {
  test('moves only before a window that holds control, and stops when anybody asks', async () => {
    stand = await openCell();
    await expect(stand.start(LONG)).rejects.toThrow(/no beat from the window/);
    const holder = await stand.window();
    const observer = await stand.window();
    await holder.takeControl();
    const running = stand.start(LONG);
    const { running: block } = await holder.until((status) => status.running?.call?.name === 'gotoPose');
    expect(block).toMatchObject({ block: 0, name: 'block-1' });
    observer.pressStop('the observer');
    expect((await running).failure?.stage).toBe('stopped');
    const status = await holder.until(({ stops }) => stops[0]?.restConfirmed === true);
    expect(status).toMatchObject({ running: null, driver: 'nobody' });
    expect(status.stops[0]).toMatchObject({ source: 'operator', detail: 'the observer' });
    expect(observer.heard.map(({ kind }) => kind)).toEqual(['closed', 'stopped']);
    expect(holder.heard.map(({ kind }) => kind)).toEqual(['stopped']);
  });

  test('is reset at the window that holds control, by the name of the stop, and moves again only when it is asked anew', async () => {
    stand = await openCell();
    const { session } = stand;
    const holder = await stand.window();
    const observer = await stand.window();
    await holder.takeControl();
    holder.pressStop();
    const { stops } = await holder.until(({ stops: [stop] }) => stop?.restConfirmed === true);
    const [{ id }] = stops;
    await expect(stand.start(SHORT)).rejects.toMatchObject({ code: 'STOP_LATCHED' });
    await expect(observer.control.request('reset', { stopId: id })).rejects.toMatchObject({ code: 'NOT_HOLDER' });
    await expect(holder.control.request('reset', { stopId: 'stop-99' })).rejects.toMatchObject({
      code: 'STOP_UNKNOWN',
    });
    expect(session.stops.map((stop) => stop.id)).toEqual([id]);
    await holder.control.request('reset', { stopId: id });
    await holder.until((status) => status.stops.length === 0);
    expect((await stand.start(SHORT)).status).toBe('finished');
    expect(session.stops).toEqual([]);
  });

  test('has one holder at a time; a window that is gone leaves control behind', async () => {
    stand = await openCell();
    const first = await stand.window();
    const second = await stand.window();
    await first.takeControl('Ada');
    const refused = await second.control.request('takeLease', { name: 'Bob', takeOver: true });
    expect(refused).toMatchObject({ outcome: 'held', by: 'Ada', canTakeOver: false });
    first.close();
    await second.until(({ lease }) => lease === null);
    await second.takeControl('Bob');
    expect(second.status?.lease?.name).toBe('Bob');
    // The same window again, as after a reload, takes the place of its own older sockets.
    const closed = once(second.controlSocket, 'close');
    const again = await stand.window(second.client);
    expect((await closed)[0]).toBe(CLOSE_CODES.replaced);
    await again.takeControl('Bob');
  });

  test.each([
    ['is killed', 'gone', (window: Window) => window.close()],
    ['falls silent', 'no beat from the window for', (window: Window) => Object.assign(window, { beats: false })],
    ['is hidden', 'hidden', (window: Window) => Object.assign(window, { isVisible: false })],
    [
      'no longer echoes',
      'no beat from the stop-channel for',
      (window: Window) => Object.assign(window, { echoes: false }),
    ],
  ])('stops when the window that holds control %s, and says so', async (_, words, act) => {
    stand = await openCell();
    const observer = await stand.window();
    const holder = await stand.window();
    await holder.takeControl();
    const running = stand.start(LONG);
    await observer.until((status) => status.running !== null);
    act(holder);
    expect((await running).failure?.stage).toBe('stopped');
    const { stops } = await observer.until(({ stops: [stop] }) => stop?.restConfirmed === true);
    expect(stops[0].detail).toContain(words);
    // Who comes back finds the stop latched, with its cause.
    holder.close();
    const back = await stand.window(holder.client);
    expect((await back.until(() => true)).stops).toEqual(stops);
  });

  test('closes its gate at once while it draws a picture, and lets nothing through after it', async () => {
    stand = await openCell({ pace: 'fast' });
    const { session } = stand;
    const holder = await stand.window();
    await holder.takeControl();
    const order: string[] = [];
    holder.on('closed', () => order.push('closed'));
    holder.on('stopped', () => order.push('latched'));
    const drawing = session.picture(320, 240).then(() => order.push('drawn'));
    // Comes to the cell behind the picture, and before the message of the stop.
    const starting = stand.start(SHORT).then(
      () => order.push('ran'),
      (error) => order.push(`refused ${error.code}`),
    );
    // The cell is at it when it no longer comes by.
    await holder.until(({ readiness }) => readiness.some(({ part, state }) => part === 'robot' && state === 'late'));
    holder.pressStop();
    await Promise.all([drawing, starting, once(holder, 'stopped')]);
    expect(order[0]).toBe('closed');
    expect(order).toContain('refused STOP_LATCHED');
    expect(order).not.toContain('ran');
    expect(order.indexOf('drawn')).toBeLessThan(order.indexOf('latched'));
    expect((await session.finish({ outcome: 'failed', message: 'test' })).robotTimeS).toBe(0);
  });

  test('tells a window that comes back everything that is in the file, as it is in the file', async () => {
    stand = await openCell();
    const { session, port } = stand;
    const live = await stand.reader();
    await live.caughtUp();
    const holder = await stand.window();
    await holder.takeControl();
    expect((await stand.start(SHORT)).status).toBe('finished');
    const middle = (live.messages.at(-1)?.seq ?? 0) + 1;
    await session.log('test', 'behind the middle');
    await session.finish({ outcome: 'succeeded', message: 'test' });
    const late = await stand.reader();
    const rest = await stand.reader(middle);
    const other = await openSocket(port, 'state', { from: middle, episode: 'another' });
    other.terminate();
    await Promise.all([late.caughtUp(), rest.caughtUp()]);

    const bytes = await readFile(session.episodePath ?? '');
    const container = await openMcap(sourceOfBytes(bytes), 'index-or-walk');
    const inFile = new Map<string, Uint8Array>();
    for (const chunk of container.chunks) {
      for (const message of await container.readChunk(chunk)) {
        inFile.set(`${container.channels.get(message.channelId)?.topic} ${message.sequence}`, message.data);
      }
    }
    const isKept = (key: string) => TOPICS[key.split(' ')[0] as TopicName].delivery !== 'droppable';
    const keptKeys = [...inFile.keys()].filter(isKept);
    expect(keptKeys.length).toBeGreaterThan(8);
    for (const reader of [live, late]) {
      // What happens goes to the windows on a way of its own: the last of it may come after the session's answer.
      await expect.poll(() => [...reader.bytes.keys()].filter(isKept).length).toBe(keptKeys.length);
      expect([...reader.bytes.keys()].filter(isKept).sort()).toEqual([...keptKeys].sort());
      for (const [key, data] of reader.bytes) expect(Buffer.from(data).equals(inFile.get(key) ?? data)).toBe(true);
      const seqs = reader.messages.map(({ seq }) => seq);
      expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
    }
    expect(rest.messages.every(({ seq }) => seq >= middle)).toBe(true);
    expect(rest.of('/log').map(({ message }) => message.message)).toContain('behind the middle');
    expect(rest.of('/program')).toEqual([]);

    // The last pose of every kind reaches whoever comes late.
    const episode = await readEpisode(bytes);
    let last: unknown;
    for await (const { message } of episode.messages('/robot/joint_states')) last = message;
    expect(late.of('/robot/joint_states').map(({ message }) => message)).toEqual([last]);
    expect(live.of('/robot/joint_states').at(-1)?.message).toEqual(last);
    expect(late.messages.some(({ topic }) => topic === '/robot/trace')).toBe(false);
    expect(episode.topics).toContain('/robot/trace');
  });

  test('takes no malformed or hostile message for anything, and goes on', async () => {
    stand = await openCell();
    const holder = await stand.window();
    const observer = await stand.window();
    await holder.takeControl();
    const before = JSON.stringify(essentials(holder));
    let sent = 0;
    for (const { socket, messages } of [
      { socket: observer.stopSocket, messages: STOP_RUBBISH },
      { socket: observer.controlSocket, messages: CONTROL_RUBBISH },
    ]) {
      for (const message of messages) {
        socket.send(message);
        sent += 1;
      }
    }
    expect(sent).toBeGreaterThanOrEqual(50);
    // Answered behind all of it.
    await observer.control.request('releaseLease', {});
    await stand.session.look();
    expect(JSON.stringify(essentials(holder))).toBe(before);
    expect(observer.heard.every(({ kind }) => kind === 'refused')).toBe(true);
    expect((await stand.start(SHORT)).status).toBe('finished');
    const reader = await stand.reader();
    await reader.caughtUp();
    const logged = reader.of('/log').map(({ message }) => message.message);
    expect(logged.filter((text) => text.includes(`${observer.client} on /stop`))).toHaveLength(1);
    expect(logged.filter((text) => text.includes(`${observer.client} on /control`))).toHaveLength(1);

    // What is too long ends its own socket and nothing else.
    const closed = once(observer.stopSocket, 'close');
    observer.stopSocket.send('x'.repeat(70 * 1024));
    expect((await closed)[0]).toBe(1009);
    holder.pressStop();
    await holder.until(({ stops }) => stops.length === 1);
  });
});

type Window = Awaited<ReturnType<CellStand['window']>>;

function essentials({ status }: Window) {
  return { epoch: status?.epoch, stops: status?.stops, running: status?.running, lease: status?.lease };
}

const envelope = (name: string, params: unknown, kind = 'request') => JSON.stringify({ kind, id: 1000, name, params });

const STOP_RUBBISH: readonly (string | Buffer)[] = [
  '',
  'stop',
  '{}',
  '[]',
  'null',
  '0',
  '{"kind":"stop"}',
  '{"kind":"stop","detail":5}',
  '{"kind":"stop","detail":null}',
  `{"kind":"stop","detail":"${'x'.repeat(201)}"}`,
  '{"kind":"stop","detail":"x","extra":1}',
  '{"kind":"STOP","detail":"x"}',
  '{"kind":["stop"],"detail":"x"}',
  '{"kind":"echo"}',
  '{"kind":"echo","nonce":"never asked"}',
  '{"kind":"echo","nonce":{}}',
  '{"kind":"reset","stopId":"stop-1"}',
  '{"kind":"hello","version":1,"token":"x","client":"window-0"}',
  '{"kind":"request","id":1,"name":"reset","params":{"stopId":"stop-1"}}',
  '{"__proto__":{"kind":"stop","detail":"x"}}',
  '{"kind":"stop","detail":"x"',
  Buffer.from('{"kind":"stop","detail":"as binary"}'),
  Buffer.from([0xff, 0xfe, 0x00]),
  `${'['.repeat(5000)}${']'.repeat(5000)}`,
];

const CONTROL_RUBBISH: readonly (string | Buffer)[] = [
  '',
  'beat',
  '{}',
  '[]',
  'null',
  '{"kind":"request"}',
  '{"kind":"request","id":"1","name":"takeLease","params":{"name":"Eve"}}',
  envelope('takeLease', {}),
  envelope('takeLease', { name: '' }),
  envelope('takeLease', { name: 'Eve', takeOver: 'yes' }),
  envelope('takeLease', { name: 'Eve', client: 'somebody-else' }),
  envelope('takeLease', null),
  envelope('reset', {}),
  envelope('reset', { stopId: 1 }),
  envelope('reset', { stopId: 'x'.repeat(65) }),
  envelope('open', { role: 'live' }),
  envelope('approve', { offerId: 'offer-1', digest: '', by: { kind: 'person', name: 'Eve' } }),
  envelope('run', {}),
  envelope('stop', { number: 1, source: 'operator', detail: '' }),
  envelope('end', {}),
  envelope('__proto__', {}),
  envelope('constructor', {}),
  envelope('toString', {}),
  '{"kind":"notice","name":"beat","data":{"visible":"yes"}}',
  '{"kind":"notice","name":"beat","data":{"visible":true,"client":"window-1"}}',
  '{"kind":"notice","name":"log","data":{"message":"x"}}',
  '{"kind":"notice","name":"hasOwnProperty","data":{}}',
  '{"kind":"event","name":"status","data":{}}',
  '{"kind":"reply","id":1,"result":{"outcome":"granted"}}',
  '{"kind":"failure","id":1,"error":{"name":"x","message":"x"}}',
  Buffer.from(envelope('takeLease', { name: 'Eve', takeOver: true })),
  Buffer.alloc(1000),
];

describe('The door of a cell', () => {
  /** How a connection ends that is not let in. */
  async function statusOf(url: string, options: WebSocket.ClientOptions): Promise<number | undefined> {
    const socket = new WebSocket(url, options);
    socket.on('error', () => undefined);
    const answered = await Promise.race([
      once(socket, 'unexpected-response').then(([, response]) => response.statusCode as number),
      once(socket, 'open').then(() => undefined),
    ]);
    socket.terminate();
    return answered;
  }

  test('lets in only the pages it was told of, and programs that bring the token', async () => {
    stand = await openCell();
    const url = `ws://127.0.0.1:${stand.port}${SOCKET_PATHS.stop}`;
    const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
    expect(await statusOf(url, { origin: ORIGIN })).toBeUndefined();
    expect(await statusOf(url, { origin: 'http://127.0.0.1:5556' })).toBe(403);
    expect(await statusOf(url, { origin: 'https://evil.example' })).toBe(403);
    expect(await statusOf(url, { origin: 'null' })).toBe(403);
    expect(await statusOf(url, {})).toBe(403);
    expect(await statusOf(url, bearer('wrong'))).toBe(403);
    expect(await statusOf(url, bearer(TOKEN))).toBeUndefined();
    expect(await statusOf(url, { origin: 'https://evil.example', ...bearer(TOKEN) })).toBe(403);
    expect(await statusOf(url, { origin: ORIGIN, headers: { host: 'rebound.example' } })).toBe(403);
    expect(await statusOf(`ws://127.0.0.1:${stand.port}/other`, { origin: ORIGIN })).toBe(403);
  });

  test('hands no socket on without a good hello', async () => {
    stand = await openCell();
    const { port } = stand;
    const refusedWith = async (opening: Parameters<typeof openSocket>[2]) =>
      await openSocket(port, 'stop', opening).then(
        () => 'let in',
        (error: Error) => error.message,
      );
    expect(await refusedWith({})).toBe('let in');
    expect(await refusedWith({ token: 'wrong' })).toMatch(`closed with ${CLOSE_CODES.refused}`);
    expect(await refusedWith({ client: 'short' })).toMatch(`closed with ${CLOSE_CODES.refused}`);
    for (const first of ['{"kind":"stop","detail":"x"}', 'hello', Buffer.alloc(3)]) {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/stop`, { origin: ORIGIN });
      await once(socket, 'open');
      const closed = once(socket, 'close');
      socket.send(first);
      expect((await closed)[0]).toBe(CLOSE_CODES.refused);
    }
    const silent = new WebSocket(`ws://127.0.0.1:${port}/control`, { origin: ORIGIN });
    expect((await once(silent, 'close'))[0]).toBe(CLOSE_CODES.refused);
    const watcher = await stand.window(newClient());
    expect((await watcher.until(() => true)).stops).toEqual([]);
  });
});
