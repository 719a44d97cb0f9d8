// Owns the cell's thread of a robot host: the physics, the recorder and the pictures, served to the session over one port
// and to the guarding main thread over another. Its gate reads the stop word that the main thread raises. Must never hold
// a socket, nor decide who may stop.

import { type MessagePort, workerData } from 'node:worker_threads';
import { CELL_GUARD_CONTRACT, type CellParts, type OutgoingFrame } from '../ipc/cell-guard-contract.ts';
import { channelOfPort } from '../ipc/port-channel.ts';
import type { OpenParams } from '../ipc/robot-host-contract.ts';
import { serve } from '../ipc/rpc.ts';
import { serveCell } from './cell-server.ts';
import { createStateTap } from './state-tap.ts';
import { cellEnd } from './stop-word.ts';

/** What the main thread hands over. */
export interface CellWorkerData {
  readonly memory: SharedArrayBuffer;
  readonly sessionPort: MessagePort;
  readonly guardPort: MessagePort;
  readonly framePort: MessagePort;
}

/** The parts that tell of themselves to nobody are looked at this often, milliseconds. */
const PARTS_MS = 250;

const { memory, sessionPort, guardPort, framePort } = workerData as CellWorkerData;
const end = cellEnd(memory);

const tap = createStateTap((frames: readonly OutgoingFrame[]) => {
  framePort.postMessage(
    frames,
    frames.map(({ bytes }) => bytes.buffer),
  );
});

let hasConsole = false;
let opening: Promise<unknown> | undefined;
let recordingFailure: string | null = null;
let records = false;

const server = serveCell(channelOfPort(sessionPort, 'session'), {
  end,
  onView: ({ stops, ...view }) =>
    guard.emit('view', {
      ...view,
      stops: stops.map(({ id, cause, atS, report }) => ({
        id,
        source: cause.source,
        detail: cause.detail,
        atS,
        restConfirmed: report?.restConfirmed ?? null,
      })),
    }),
  onMessage: (message) => {
    if (hasConsole) tap(message);
  },
  onRecordingFailed: (message) => {
    recordingFailure = message;
  },
});

async function open(params: OpenParams) {
  hasConsole = params.console !== null;
  records = params.episodePath !== null;
  const result = await server.open(params);
  let told = '';
  const tell = () => {
    const parts = partsNow();
    const text = JSON.stringify(parts);
    if (text === told) return;
    told = text;
    guard.emit('parts', parts);
  };
  tell();
  if (hasConsole) setInterval(tell, PARTS_MS);
  return result;
}

function partsNow(): CellParts {
  const { cell } = server.host;
  return {
    robot: cell.robot.measured().mode,
    recorder: records ? { failure: recordingFailure } : null,
    twin: server.twin,
    cameras: [...server.host.cameraNames],
  };
}

const guard = serve(
  CELL_GUARD_CONTRACT,
  channelOfPort(guardPort, 'main thread'),
  {
    open: (params) => {
      const opened = open(params);
      opening = opened.catch(() => undefined);
      return opened;
    },
    stop: async ({ number, source, detail }) => {
      await opening;
      // Nothing can move in a cell that did not open.
      if (!server.isOpen) return { id: 'stop-0', sent: false, restConfirmed: false, stopDurationS: null };
      const { host } = server;
      // Gate and guard watch the same beats: what one of them has stopped already is not stopped twice.
      const known = source === 'watchdog' ? host.stopBySilence : undefined;
      const stopped = known ?? host.stop(source, detail);
      end.latched(number);
      return stopped;
    },
    reset: async ({ stopId, by }) => {
      await server.host.cell.gate.reset(stopId, { kind: 'person', name: by });
      return {};
    },
    pause: async ({ by }) => {
      server.host.pace.pause(`${by} paused it`);
      return {};
    },
    goOn: async () => {
      server.host.hand.letGoOn();
      return {};
    },
    step: async ({ commandId }) => {
      server.host.pace.step(commandId);
      return {};
    },
    jog: async ({ jog, by }) => {
      await server.host.hand.jog(jog, by);
      return {};
    },
    jogGripper: async ({ grip, by }) => {
      await server.host.hand.grip(grip, by);
      return {};
    },
    endProgram: async ({ by }) => {
      server.host.hand.endProgram(by);
      return {};
    },
    end: async () => {
      await opening;
      if (server.isOpen) await server.host.abandon();
      return {};
    },
  },
  {
    held: () => {
      if (server.isOpen) server.host.pace.held();
    },
    log: ({ message }) => {
      if (!server.isOpen) return;
      const { cell, writer } = server.host;
      writer?.record('/log', cell.world.timeS, { level: 'warning', name: 'console', message });
    },
  },
);
