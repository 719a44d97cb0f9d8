// Owns the control channel: the lease, the beats of windows, resets, and the status that every window is told. Must never
// carry anything out for somebody else than the holder of the lease.

import { type CellStatus, CONTROL_CONTRACT } from '../ipc/cell-sockets.ts';
import { type Server, serve } from '../ipc/rpc.ts';
import type { CellGuard } from './cell-guard.ts';
import type { Visitor } from './console-door.ts';
import type { Lease } from './lease.ts';
import { channelOfVisitor } from './socket-channel.ts';

/** A request that only the holder of the lease may make. */
class NotHolder extends Error {
  override readonly name = 'NotHolder';
  readonly code = 'NOT_HOLDER';
  readonly hint = 'Take control first. Stop works without it.';

  constructor(lease: Lease) {
    const { holder } = lease;
    super(`${holder === undefined ? 'Nobody' : holder.name} holds control. Nothing was done.`);
  }
}

export interface ControlOptions {
  readonly guard: CellGuard;
  readonly lease: Lease;
  /** A beat that counts has come from the holder. */
  readonly onBeat: () => void;
}

export class ControlSocket {
  readonly #options: ControlOptions;
  readonly #servers = new Set<Server<typeof CONTROL_CONTRACT>>();
  #status: CellStatus | undefined;

  constructor(options: ControlOptions) {
    this.#options = options;
  }

  welcome(visitor: Visitor): void {
    const { guard, lease, onBeat } = this.#options;
    const { socket, hello, refuse } = visitor;
    const { client } = hello;
    const server = serve(
      CONTROL_CONTRACT,
      channelOfVisitor(visitor),
      {
        takeLease: async ({ name, takeOver = false }) => lease.take(client, name, takeOver),
        releaseLease: async () => {
          lease.release(client, 'the operator gave control back');
          return {};
        },
        reset: async ({ stopId }) => {
          const { holder } = lease;
          if (holder?.client !== client) throw new NotHolder(lease);
          await guard.reset(stopId, holder.name);
          return {};
        },
      },
      {
        beat: ({ visible }) => {
          if (lease.beat(client, visible)) onBeat();
        },
      },
      refuse,
    );
    this.#servers.add(server);
    socket.once('close', () => {
      this.#servers.delete(server);
      lease.release(client, 'the window that held control is gone');
    });
    if (this.#status !== undefined) server.emit('status', this.#status);
  }

  tell(status: CellStatus): void {
    this.#status = status;
    for (const server of this.#servers) server.emit('status', status);
  }
}
