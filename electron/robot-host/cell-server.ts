// Owns what a session may ask of a cell, live or twin: each request of the contract, carried out by the cell that was
// opened. Must never approve, reset or resume anything by itself, nor decide what happens when the session is gone.

import { randomUUID } from 'node:crypto';
import { setPriority } from 'node:os';
import type { Asker } from '../../skills/api/asks.ts';
import { ProcessSandbox } from '../../skills/sandbox/process-sandbox.ts';
import { bundledEntry } from '../ipc/bundled-entry.ts';
import { channelToChild, startEntry } from '../ipc/process-channel.ts';
import { type OpenParams, ROBOT_HOST_CONTRACT } from '../ipc/robot-host-contract.ts';
import { type Channel, type Client, connect, type Result, serve } from '../ipc/rpc.ts';
import { answerAsks, sessionAsker } from '../ipc/session-contract.ts';
import { CellHost, type Guard } from './cell-host.ts';
import { takePicture } from './picture.ts';
import { TwinHost } from './twin-host.ts';

const TWIN_PRIORITY = 10;

type Twin = Client<typeof ROBOT_HOST_CONTRACT>;
export type OpenResult = Result<typeof ROBOT_HOST_CONTRACT, 'open'>;
/** Whether previews can be made; null in a session without them. */
export type TwinState = 'starting' | 'ready' | 'gone' | null;

export interface CellServer {
  open(params: OpenParams): Promise<OpenResult>;
  /** @throws Error before a cell is open */
  readonly host: CellHost;
  readonly isOpen: boolean;
  readonly twin: TwinState;
}

/** Starts the twin beside the live cell, so that it is warm when the first preview is asked for. */
async function startTwin(params: OpenParams, asker: Asker, onGone: () => void): Promise<Twin> {
  const child = startEntry(bundledEntry('twin.js'));
  child.once('exit', onGone);
  const toTwin = channelToChild(child, 'preview');
  const client = connect(ROBOT_HOST_CONTRACT, toTwin, {});
  // What a program asks in the preview and in the run has one answer: the session's.
  answerAsks(toTwin, (question, signal) => asker.ask(question, signal));
  // Above tier S1 the twin must not know what the live world was drawn from.
  const seed = params.tier === 'S1' ? params.seed : 0;
  await client.request('open', { ...params, seed, role: 'twin', episodePath: null, pace: 'fast', console: null });
  return client;
}

/**
 * Serves one cell over a channel, to the session that opens it.
 * @param guard of a live cell that another thread guards
 */
export function serveCell(channel: Channel, guard?: Guard): CellServer {
  let host: CellHost | undefined;
  let twin: Promise<Twin> | undefined;
  let twinState: TwinState = null;
  let rehearsals: TwinHost | undefined;
  const asker = sessionAsker(channel);

  const opened = (): CellHost => {
    if (host === undefined) throw new Error('no cell is open; nothing can move');
    return host;
  };

  const open = async (params: OpenParams): Promise<OpenResult> => {
    const sandbox = new ProcessSandbox();
    if (params.role === 'twin') {
      // It gives way to everything else on the machine.
      setPriority(TWIN_PRIORITY);
      rehearsals = await TwinHost.open(params, sandbox, asker);
      return { robotId: 'twin', robotKind: 'simulated', apiVersion: '', consolePort: null };
    }
    host = await CellHost.open(
      params,
      sandbox,
      {
        output: (line) => server.emit('output', line),
        call: (call) => server.emit('call', call),
        stopped: (stop) => server.emit('stopped', stop),
        reset: (reset) => server.emit('reset', reset),
        recordingFailed: (failure) => server.emit('recordingFailed', failure),
      },
      asker,
      guard,
    );
    if (params.previews) {
      twinState = 'starting';
      const gone = () => {
        twinState = 'gone';
      };
      twin = startTwin(params, asker, gone);
      // A twin that did not start is reported by the preview that needs it.
      twin.then(() => {
        twinState = 'ready';
      }, gone);
    }
    const { identity } = host.cell.robot;
    return {
      robotId: identity.id,
      robotKind: identity.kind,
      apiVersion: host.cell.api.version,
      consolePort: null,
    };
  };

  const server = serve(
    ROBOT_HOST_CONTRACT,
    channel,
    {
      open,
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
      run: ({ block, offerId, settings, pace }) => opened().run(block, offerId, settings, pace),
      known: () => opened().known(),
      judge: async () => opened().judge(),
      posture: () => opened().posture(),
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
  return {
    open,
    get host() {
      return opened();
    },
    get isOpen() {
      return host !== undefined;
    },
    get twin() {
      return twinState;
    },
  };
}
