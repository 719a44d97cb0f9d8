// Owns the process of a cell that nobody has to stop: a twin that only rehearses, or a trial without an operator. All of
// it is on the main thread. Dies with the process that started it.

import { channelToParent } from '../ipc/process-channel.ts';
import { serveCell } from '../robot-host/cell-server.ts';

const channel = channelToParent();
const server = serveCell(channel);

channel.onClose(() => {
  void (async () => {
    if (server.isOpen) {
      await server.host.stop('process', 'the session process is gone');
      await server.host.abandon();
    }
    process.exit(0);
  })();
});
// Ctrl-C reaches the whole process group: the session process turns it into a stop; this process must outlive it.
process.on('SIGINT', () => undefined);
