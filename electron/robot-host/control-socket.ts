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
    /** Of the holder, when it is this client. @throws NotHolder */
    const holderName = () => {
      const { holder } = lease;
      if (holder?.client !== client) throw new NotHolder(lease);
      return holder.name;
    };
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
          await guard.reset(stopId, holderName());
          return {};
        },
        pause: async () => await guard.ask('pause', { by: holderName() }),
        goOn: async () => {
          holderName();
          return await guard.ask('goOn', {});
        },
        step: async ({ commandId }) => {
          holderName();
          return await guard.ask('step', { commandId });
        },
        jog: async (jog) => await guard.ask('jog', { jog, by: holderName() }),
        jogGripper: async (grip) => await guard.ask('jogGripper', { grip, by: holderName() }),
        endProgram: async () => await guard.ask('endProgram', { by: holderName() }),
      },
      {
        beat: ({ visible }) => {
          if (lease.beat(client, visible)) onBeat();
        },
        hold: ({ down }) => {
          if (lease.isHeldBy(client)) guard.hold(down, lease.holder?.name ?? 'the operator');
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
