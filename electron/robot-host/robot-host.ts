// Owns the robot host process: the live cell with its gate, recorder and policy host, or, started as a twin, a cell that
// only rehearses. Dies with the session process: a lost parent is a stop, then the end.

import { randomUUID } from 'node:crypto';
import { setPriority } from 'node:os';
import { ProcessSandbox } from '../../skills/sandbox/process-sandbox.ts';
import { channelToChild, channelToParent, startEntry } from '../ipc/process-channel.ts';
import { type OpenParams, ROBOT_HOST_CONTRACT } from '../ipc/robot-host-contract.ts';
import { type Client, connect, serve } from '../ipc/rpc.ts';
import { answerAsks, sessionAsker } from '../ipc/session-contract.ts';
import { bundledEntry } from '../session/installation.ts';
import { CellHost } from './cell-host.ts';
import { takePicture } from './picture.ts';
import { TwinHost } from './twin-host.ts';

/** The twin gives way to everything else on the machine. */
const TWIN_PRIORITY = 10;

type Twin = Client<typeof ROBOT_HOST_CONTRACT>;

let host: CellHost | undefined;
let twin: Promise<Twin> | undefined;
let rehearsals: TwinHost | undefined;

function opened(): CellHost {
  if (host === undefined) throw new Error('no cell is open; nothing can move');
  return host;
}

/** Starts the twin beside the live cell, so that it is warm when the first preview is asked for. */
async function startTwin(params: OpenParams): Promise<Twin> {
  const child = startEntry(bundledEntry('robot-host.js'));
  const toTwin = channelToChild(child, 'preview');
  const client = connect(ROBOT_HOST_CONTRACT, toTwin, {});
  // What a program asks in the preview and in the run has one answer: the session's.
  answerAsks(toTwin, (question, signal) => asker.ask(question, signal));
  // Above tier S1 the twin must not know what the live world was drawn from.
  const seed = params.tier === 'S1' ? params.seed : 0;
  await client.request('open', { ...params, seed, role: 'twin', episodePath: null, pace: 'fast' });
  return client;
}

const channel = channelToParent();
const asker = sessionAsker(channel);

const server = serve(
  ROBOT_HOST_CONTRACT,
  channel,
  {
    open: async (params) => {
      const sandbox = new ProcessSandbox();
      if (params.role === 'twin') {
        setPriority(TWIN_PRIORITY);
        rehearsals = await TwinHost.open(params, sandbox, asker);
        return { robotId: 'twin', robotKind: 'simulated' as const, apiVersion: '' };
      }
      host = await CellHost.open(
        params,
        sandbox,
        {
          output: (line) => server.emit('output', line),
          call: (call) => server.emit('call', call),
          stopped: (stop) => server.emit('stopped', stop),
          recordingFailed: (failure) => server.emit('recordingFailed', failure),
        },
        asker,
      );
      if (params.previews) {
        twin = startTwin(params);
        twin.catch(() => undefined); // a twin that did not start is reported by the preview that needs it
      }
      const { identity } = host.cell.robot;
      return { robotId: identity.id, robotKind: identity.kind, apiVersion: host.cell.api.version };
    },
    record: async ({ topic, message }) => {
      const { cell, writer } = opened();
      writer?.record(topic, cell.world.timeS, message as never);
      await writer?.flush();
      return {};
    },
    preview: async ({ block, speedScale, purpose }) => {
      const live = opened();
      const { cell, writer, blockIndex } = live;
      if (twin === undefined) throw new Error('this session was opened without previews');
      const facts = await (await twin).request('rehearse', {
        block,
        start: await live.rehearsalStart(),
        speedScale,
        previewId: randomUUID(),
      });
      if (purpose === 'approval') writer?.record('/preview', cell.world.timeS, { block: blockIndex, ...facts });
      return facts;
    },
    offer: async ({ block, settings }) => {
      const { cell } = opened();
      const offer = cell.gate.offer(await cell.claims(block, settings));
      return { offerId: offer.id, digest: offer.digest, epoch: offer.claims.epoch };
    },
    approve: async ({ offerId, digest, by }) => {
      opened().cell.gate.approve(offerId, digest, by);
      return {};
    },
    run: ({ block, offerId, settings }) => opened().run(block, offerId, settings),
    judge: async () => opened().judge(),
    stop: ({ source, detail }) => opened().stop(source, detail),
    reset: async ({ stopId, by }) => {
      await opened().cell.gate.reset(stopId, { kind: 'person', name: by });
      return {};
    },
    rehearse: ({ block, start, speedScale, previewId }) => {
      if (rehearsals === undefined) throw new Error('this process is no twin; nothing was run');
      return rehearsals.rehearse(block, start, speedScale, previewId);
    },
    picture: async ({ width, height }) => ({ png: takePicture(opened().cell.world, width, height) }),
    look: () => opened().look(),
    finish: async (outcome) => opened().finish(outcome),
  },
  { beat: () => host?.cell.gate.beat('session') },
);

channel.onClose(() => {
  void (async () => {
    await host?.stop('process', 'the session process is gone');
    await host?.finish({
      outcome: 'failed',
      stage: 'crash',
      message: 'the session process ended before the episode did',
    });
    process.exit(0);
  })();
});
// Ctrl-C reaches the whole process group: the session process turns it into a stop; this process must outlive it.
process.on('SIGINT', () => undefined);
