// Owns the robot host process of a live cell. Its main thread keeps the stop path, the beats, the lease and the windows'
// sockets; the cell itself is in a thread of its own (cell-worker.ts), so that nothing heavy ever delays a stop. Dies with
// the session process: a lost parent is a stop, then the end.

import { MessageChannel, Worker } from 'node:worker_threads';
import { bundledEntry } from '../ipc/bundled-entry.ts';
import type { OutgoingFrame } from '../ipc/cell-guard-contract.ts';
import { channelOfPort } from '../ipc/port-channel.ts';
import { channelToParent } from '../ipc/process-channel.ts';
import { ROBOT_HOST_CONTRACT } from '../ipc/robot-host-contract.ts';
import { serve } from '../ipc/rpc.ts';
import { splitChannel } from '../ipc/split-channel.ts';
import { beatRules } from './beat-rules.ts';
import { CellGuard } from './cell-guard.ts';
import type { CellWorkerData } from './cell-worker.ts';
import { ConsoleSide } from './console-side.ts';
import { monotonicS } from './monotonic-clock.ts';
import { createSharedMemory, mainEnd } from './stop-word.ts';

/** A cell that has not completed its episode by then is given up, milliseconds. */
const END_MS = 10_000;

/** What the main thread answers itself; everything else goes to the cell unread. */
const { open, stop } = ROBOT_HOST_CONTRACT.requests;
const { beat } = ROBOT_HOST_CONTRACT.notices;
const { cellStatus } = ROBOT_HOST_CONTRACT.events;
const OWN_CONTRACT = { requests: { open, stop }, notices: { beat }, events: { cellStatus } };

const memory = createSharedMemory();
const end = mainEnd(memory);
const sessionPipe = new MessageChannel();
const guardPipe = new MessageChannel();
const framePipe = new MessageChannel();

const data: CellWorkerData = {
  memory,
  sessionPort: sessionPipe.port2,
  guardPort: guardPipe.port2,
  framePort: framePipe.port2,
};
const worker = new Worker(bundledEntry('cell-worker.js'), {
  workerData: data,
  transferList: [data.sessionPort, data.guardPort, data.framePort],
});
// Without its cell this process is of no use; the session hears of its end.
worker.once('error', (error) => {
  console.error('the thread of the cell has failed:', error);
  process.exit(1);
});

const guard: CellGuard = new CellGuard({
  channel: channelOfPort(guardPipe.port1, 'cell'),
  end,
  rules: beatRules,
  whySilent: (source) => (source === 'session' ? undefined : windows.whySilent()),
});
const windows = new ConsoleSide({ guard, end, onStatus: (status) => server.emit('cellStatus', status) });
framePipe.port1.on('message', (frames: readonly OutgoingFrame[]) => windows.add(frames));

const session = channelToParent();
const { named, rest } = splitChannel(session, ['open', 'stop', 'beat']);
rest.onMessage((message) => sessionPipe.port1.postMessage(message));
sessionPipe.port1.on('message', (message) => session.send(message));

const server = serve(
  OWN_CONTRACT,
  named,
  {
    open: async (params) => {
      const consolePort = params.console === null ? null : await windows.open(params);
      return { ...(await guard.open(params)), consolePort };
    },
    stop: ({ source, detail }) => guard.stop({ source, detail }),
  },
  { beat: () => end.hear('session', monotonicS()) },
);

session.onClose(() => {
  guard.stopUnasked({ source: 'process', detail: 'the session process is gone' });
  windows.close('the session is over');
  setTimeout(() => process.exit(1), END_MS);
  guard.abandon().then(
    () => process.exit(0),
    () => process.exit(1),
  );
});
// Ctrl-C reaches the whole process group: the session process turns it into a stop; this process must outlive it.
process.on('SIGINT', () => undefined);
