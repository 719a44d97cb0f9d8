// Owns this window's line to the session process: it connects, asks, and puts what it hears into the store. Decisions are
// sent at once or refused: must never keep one for later, when it would answer another question.

import type { z } from 'zod';
import { CONSOLE_CONTRACT, CONSOLE_PROTOCOL, CONSOLE_SOCKET } from '../../electron/ipc/console-contract.ts';
import { type Channel, type Client, connect, type Params, RemoteError, type Result } from '../../electron/ipc/rpc.ts';
import { type LinkState, toast, useConsole } from './console-store.ts';
import { pageAddress, sessionSocketUrl } from './page-address.ts';
import { openReconnectingSocket, type ReconnectingSocket } from './reconnecting-socket.ts';

type Contract = typeof CONSOLE_CONTRACT;
export type SessionRequest = keyof Contract['requests'] & string;
type EventName = keyof Contract['events'] & string;
type EventData<Name extends EventName> = z.infer<Contract['events'][Name]>;

/** While the first connection is being made, questions wait this long for it, milliseconds. */
const FIRST_CONNECTION_MS = 10_000;

let socket: ReconnectingSocket | undefined;
let client: Client<Contract> | undefined;
let everOpen = false;
const waitingForFirst = new Set<() => void>();
const eventListeners = new Map<EventName, Set<(data: never) => void>>();

/** Told of an event of the session; returns what ends that. */
export function onSessionEvent<Name extends EventName>(
  name: Name,
  listener: (data: EventData<Name>) => void,
): () => void {
  const listeners = eventListeners.get(name) ?? new Set();
  eventListeners.set(name, listeners);
  listeners.add(listener as (data: never) => void);
  return () => listeners.delete(listener as (data: never) => void);
}

function tell<Name extends EventName>(name: Name, data: EventData<Name>): void {
  for (const listener of eventListeners.get(name) ?? []) listener(data as never);
}

function notConnected(): RemoteError {
  const { session } = useConsole.getState();
  const why = session.kind === 'lost' || session.kind === 'refused' ? ` ${session.why}` : '';
  return new RemoteError({
    name: 'NotConnected',
    code: 'NOT_CONNECTED',
    message: `This window is not connected to its session.${why} Nothing was sent.`,
    hint: 'It connects again by itself. If it does not, look whether the program that opened this page still runs.',
  });
}

function whenFirstOpen(): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = () => {
      clearTimeout(timer);
      waitingForFirst.delete(done);
      if (client === undefined) reject(notConnected());
      else resolve();
    };
    const timer = setTimeout(done, FIRST_CONNECTION_MS);
    waitingForFirst.add(done);
  });
}

/**
 * Asks the session process. Before the first connection it waits for that; once connected, a lost link refuses at once.
 * @throws RemoteError with words for the operator
 */
export async function requestSession<Name extends SessionRequest>(
  name: Name,
  params: Params<Contract, Name>,
): Promise<Result<Contract, Name>> {
  if (client === undefined && !everOpen && useConsole.getState().session.kind !== 'refused') await whenFirstOpen();
  if (client === undefined) throw notConnected();
  return client.request(name, params);
}

/** Like `requestSession`, for a button: what goes wrong is shown as a toast. True when it worked. */
export async function askSession<Name extends SessionRequest>(
  name: Name,
  params: Params<Contract, Name>,
): Promise<boolean> {
  try {
    await requestSession(name, params);
    return true;
  } catch (error) {
    showError(error);
    return false;
  }
}

/** An error as the operator should read it. */
export function showError(error: unknown): void {
  const hint = error instanceof RemoteError ? error.hint : '';
  toast('error', error instanceof Error ? error.message : String(error), hint);
}

function setLink(session: LinkState): void {
  useConsole.setState({ session });
  if (session.kind === 'refused') for (const done of [...waitingForFirst]) done();
}

/** Once, at start. */
export function startSessionClient(): void {
  const { token, client: name } = pageAddress();
  useConsole.setState({ client: name });
  if (token === '') {
    setLink({ kind: 'refused', why: 'This page was opened without its link. Open the address that Capstan printed.' });
    return;
  }
  let onMessage: (message: unknown) => void = () => {};
  let onClose: (why: string) => void = () => {};
  const channel = (): Channel => ({
    send: (message) => {
      socket?.send(JSON.stringify(message));
    },
    onMessage: (listener) => {
      onMessage = listener;
    },
    onClose: (listener) => {
      onClose = listener;
    },
  });
  socket = openReconnectingSocket({
    url: sessionSocketUrl(CONSOLE_SOCKET),
    hello: { kind: 'hello', version: CONSOLE_PROTOCOL, token, client: name },
    slowestRetryMs: 2000,
    onState: setLink,
    onOpen: () => {
      const fresh = connect(CONSOLE_CONTRACT, channel(), {
        state: (state) => {
          useConsole.setState({ state });
          tell('state', state);
        },
        modelPiece: (piece) => tell('modelPiece', piece),
        bench: (bench) => tell('bench', bench),
        notice: (notice) => {
          toast(notice.level, notice.message, notice.hint);
          tell('notice', notice);
        },
      });
      void welcome(fresh);
    },
    onMessage: (data) => {
      if (typeof data !== 'string') return;
      try {
        onMessage(JSON.parse(data));
      } catch {
        // Not JSON: nothing the session would send, and nothing to act on.
      }
    },
    onDown: (why) => {
      client = undefined;
      // A question that may have been answered elsewhere, and work nobody reports on any more, must not stay on the screen.
      useConsole.setState(({ state }) => ({ state: state && { ...state, proposal: null, work: null } }));
      onClose(`The session did not answer: ${why === '' ? 'the connection was lost' : why}`);
    },
  });
  addEventListener('online', () => socket?.retryNow());
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') socket?.retryNow();
  });
}

async function welcome(fresh: Client<Contract>): Promise<void> {
  try {
    const state = await fresh.request('state', {});
    client = fresh;
    everOpen = true;
    useConsole.setState({ state });
    socket?.confirm();
    for (const done of [...waitingForFirst]) done();
    const [{ tasks }, settings] = await Promise.all([fresh.request('tasks', {}), fresh.request('settings', {})]);
    useConsole.setState({ tasks, settings });
  } catch (error) {
    // A link that broke meanwhile is said by the socket; anything else is worth words.
    if (!(error instanceof RemoteError && error.code === 'PROCESS_GONE')) showError(error);
  }
}
