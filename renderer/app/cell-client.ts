// Owns this window's lines to the robot host of the open cell: the stop link, and control with the beat, the lease, resets
// and the cell's status. It follows the session's state from cell to cell. Must never beat for an operator whose stop did
// not arrive: without the beat the robot host stops a running program by itself.

import { CONTROL_CONTRACT, SOCKET_PATHS, SOCKETS_VERSION, WINDOW_BEAT_MS } from '../../electron/ipc/cell-sockets.ts';
import type { OpenCell } from '../../electron/ipc/console-contract.ts';
import { type Client, connect, type Params, RemoteError, type Result } from '../../electron/ipc/rpc.ts';
import { type CellLinks, toast, useConsole } from './console-store.ts';
import { openReconnectingSocket, type ReconnectingSocket } from './reconnecting-socket.ts';
import { openStopLink, type StopLink } from './stop-link.ts';

type Contract = typeof CONTROL_CONTRACT;
export type ControlRequest = keyof Contract['requests'] & string;

/** What this window is called where the holder of control is named. */
const WINDOW_NAME = 'console window';

interface Links {
  readonly key: string;
  readonly stop: StopLink;
  readonly control: ReconnectingSocket;
  client: Client<Contract> | undefined;
}

let links: Links | undefined;

/** What became of a stop the moment it was asked for. */
export type StopAnswer = 'no-cell' | 'no-link' | 'asked';

/** Asks for a stop, at once. Its fate shows in `cellLinks.stopDelivery`. */
export function stop(detail: string): StopAnswer {
  if (links === undefined) {
    const { session, state } = useConsole.getState();
    // Without a session nobody has said that there is no cell.
    return session.kind === 'open' && state?.cell === null ? 'no-cell' : 'no-link';
  }
  links.stop.stop(detail);
  return 'asked';
}

/**
 * Asks the robot host.
 * @throws RemoteError with words for the operator
 */
export async function requestControl<Name extends ControlRequest>(
  name: Name,
  params: Params<Contract, Name>,
): Promise<Result<Contract, Name>> {
  const client = links?.client;
  if (client === undefined) {
    throw new RemoteError({
      name: 'NotConnected',
      code: 'NOT_CONNECTED',
      message:
        'This window is not connected to the robot host. Nothing was sent; a running program is stopped by itself.',
      hint: 'It connects again by itself. If it does not, end the cell and open it again.',
    });
  }
  return client.request(name, params);
}

/** Sends a notice of the control contract; lost without a link. */
export function notifyControl<Name extends keyof Contract['notices'] & string>(
  name: Name,
  data: Parameters<Client<Contract>['notify']>[1] & object,
): void {
  links?.client?.notify(name, data as never);
}

/** Takes control where that is possible; says in words why not. */
export async function takeLease(takeOver = false): Promise<boolean> {
  const answer = await requestControl('takeLease', takeOver ? { name: WINDOW_NAME, takeOver } : { name: WINDOW_NAME });
  if (answer.outcome === 'granted') return true;
  const silent =
    answer.beatAgeS === null ? 'it has never beaten' : `its last beat is ${answer.beatAgeS.toFixed(1)} s old`;
  toast(
    'warning',
    `Control is held by ${answer.by}; ${silent}. This window watches; Stop works here too.`,
    answer.canTakeOver ? 'Choose "Take control" to take it over.' : 'Ask there to release it.',
  );
  return false;
}

export async function releaseLease(): Promise<void> {
  await requestControl('releaseLease', {});
}

/** Clears the one stop it names. Never moves anything. @throws RemoteError */
export async function reset(stopId: string): Promise<void> {
  await requestControl('reset', { stopId });
}

function setLinks(change: Partial<CellLinks>): void {
  useConsole.setState(({ cellLinks }) => (cellLinks === undefined ? {} : { cellLinks: { ...cellLinks, ...change } }));
}

function openLinks(key: string, cell: OpenCell): Links {
  const { client: name } = useConsole.getState();
  const { url: base, token } = cell.sockets;
  useConsole.setState({
    cellLinks: { stop: { kind: 'connecting' }, control: { kind: 'connecting' }, statusAtMs: 0, stopDelivery: null },
    cellStatus: undefined,
    holdsLease: false,
  });
  const isCurrent = () => links?.key === key;
  const stopLink = openStopLink({
    base,
    token,
    client: name,
    onState: (stopState) => setLinks({ stop: stopState }),
    onDelivery: (stopDelivery) => setLinks({ stopDelivery }),
    onStopped: () => {},
  });
  let onMessage: (message: unknown) => void = () => {};
  let onClose: (why: string) => void = () => {};
  let asked = false;
  const made: Links = {
    key,
    stop: stopLink,
    client: undefined,
    control: openReconnectingSocket({
      url: base + SOCKET_PATHS.control,
      hello: { kind: 'hello', version: SOCKETS_VERSION, token, client: name },
      slowestRetryMs: 1000,
      onState: (control) => setLinks({ control }),
      onMessage: (data) => {
        if (typeof data !== 'string') return;
        let message: unknown;
        try {
          message = JSON.parse(data);
        } catch {
          return;
        }
        if (typeof message === 'object' && message !== null && Reflect.get(message, 'kind') === 'welcome') welcomed();
        else onMessage(message);
      },
      onDown: (why) => {
        made.client = undefined;
        // What was true a moment ago may not be: the strip then says that the state is not known.
        if (isCurrent()) useConsole.setState({ cellStatus: undefined, holdsLease: false });
        onClose(`The robot host did not answer: ${why === '' ? 'the connection was lost' : why}`);
      },
    }),
  };
  const welcomed = () => {
    const channel = {
      send: (message: unknown) => {
        made.control.send(JSON.stringify(message));
      },
      onMessage: (listener: (message: unknown) => void) => {
        onMessage = listener;
      },
      onClose: (listener: (why: string) => void) => {
        onClose = listener;
      },
    };
    made.client = connect(CONTROL_CONTRACT, channel, {
      status: (cellStatus) => {
        if (!isCurrent()) return;
        useConsole.setState({ cellStatus, holdsLease: cellStatus.lease?.client === name });
        setLinks({ statusAtMs: performance.now() });
        // Control is taken by itself once, when it is free; later only a person decides.
        if (!asked && cellStatus.lease === null) {
          asked = true;
          takeLease().catch(() => {});
        } else if (cellStatus.lease?.client === name) asked = true;
        else if (!asked) asked = true;
      },
    });
    made.control.confirm();
    beat(made);
  };
  return made;
}

function beat(to: Links): void {
  // An operator who cannot stop the arm is not beside it.
  if (to.stop.owesStop() && useConsole.getState().cellLinks?.stopDelivery?.kind === 'undelivered') return;
  to.client?.notify('beat', { visible: document.visibilityState === 'visible' });
}

function follow(cell: OpenCell | null | undefined): void {
  // Undefined while the session has not said anything yet, which is no word about the cell.
  if (cell === undefined) return;
  const key = cell === null ? undefined : `${cell.id} ${cell.sockets.url}`;
  if (links?.key === key) return;
  links?.stop.close();
  links?.control.close();
  links = undefined;
  if (cell === null || key === undefined) {
    useConsole.setState({ cellLinks: undefined, cellStatus: undefined, holdsLease: false });
    return;
  }
  links = openLinks(key, cell);
}

/** Once, at start. */
export function startCellClient(): void {
  follow(useConsole.getState().state?.cell);
  useConsole.subscribe(({ state }, { state: before }) => {
    if (state?.cell !== before?.cell) follow(state?.cell);
  });
  setInterval(() => {
    if (links !== undefined) beat(links);
  }, WINDOW_BEAT_MS);
  document.addEventListener('visibilitychange', () => {
    if (links === undefined) return;
    beat(links);
    links.stop.retryNow();
    links.control.retryNow();
  });
}
