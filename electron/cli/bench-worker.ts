// Owns one worker process of `capstan bench`: the engine loaded once, one policy host kept warm, one fresh cell per
// trial. Dies with its parent.

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { episodeFileName } from '../../drivers/episode/episode-info.ts';
import { createNodeFileSink } from '../../drivers/episode/node-file-sink.ts';
import { createEpisodeWriter, type EpisodeWriter } from '../../drivers/episode/writer.ts';
import { parseRig } from '../../drivers/rig/rig-file.ts';
import { fastPacer } from '../../drivers/simulated/pacer.ts';
import { loadMujoco } from '../../sim/engine/mujoco.ts';
import { parseTask } from '../../sim/tasks/parse-task.ts';
import type { TrialResult } from '../../skills/bench/trial-result.ts';
import { GUEST_MODULES } from '../../skills/sandbox/modules/registry.ts';
import { ProcessSandbox } from '../../skills/sandbox/process-sandbox.ts';
import { BENCH_CONTRACT } from '../ipc/bench-contract.ts';
import { channelToParent } from '../ipc/process-channel.ts';
import { type Params, serve } from '../ipc/rpc.ts';
import { CellRecorder } from '../robot-host/cell-recorder.ts';
import type { Cell } from '../session/cell.ts';
import { sha256OfText } from '../session/installation.ts';
import { runTrial, type TrialOptions } from '../session/trial.ts';

type Configuration = Params<typeof BENCH_CONTRACT, 'configure'>;

let configuration: Configuration | undefined;
let common: Omit<TrialOptions, 'seed'> | undefined;

async function trial(seed: number): Promise<TrialResult> {
  if (configuration === undefined || common === undefined) throw new Error('the worker was not configured');
  const { recordFolder, block } = configuration;
  let recording: Promise<EpisodeWriter> | undefined;
  const onOpen = async (cell: Cell) => {
    if (recordFolder === null || configuration === undefined) return;
    recording = startRecording(cell, configuration, seed, recordFolder);
    await recording;
  };
  const result = await runTrial({ ...common, seed }, block, onOpen);
  const writer = await recording;
  const ended = {
    outcome: result.success ? ('succeeded' as const) : ('failed' as const),
    stage: result.stage ?? undefined,
    message: result.message,
  };
  writer?.record('/result', result.simSeconds, { scope: 'episode', ...ended, judged: true });
  await writer?.finish({ ...ended, traceHash: result.traceHash });
  return result;
}

async function startRecording(cell: Cell, what: Configuration, seed: number, folder: string): Promise<EpisodeWriter> {
  const info = {
    id: randomBytes(4).toString('hex'),
    task: cell.task.name,
    seed,
    robotId: cell.robot.identity.id,
    robotKind: cell.robot.identity.kind,
    tier: what.tier,
    policy: what.policy,
    instruction: cell.task.instruction,
    versions: what.versions,
  };
  const path = join(folder, episodeFileName(info, BigInt(Date.now()) * 1_000_000n));
  const writer = createEpisodeWriter(await createNodeFileSink(path), {
    info,
    timeline: 'robot',
    onError: (error) => console.error(`${path}: ${error.message}`),
  });
  writer.attach('task.yaml', 'application/yaml', Buffer.from(what.taskText));
  writer.attach('rig.yaml', 'application/yaml', Buffer.from(what.rigText));
  writer.record('/program', 0, {
    block: 0,
    source: what.block.source,
    sha256: sha256OfText(what.block.source),
    origin: what.policy === 'expert' ? 'expert' : 'file',
  });
  const recorder = new CellRecorder(writer, cell.world, cell.robot);
  cell.observe({
    onTick: () => recorder.tick(),
    onCall: (call) => recorder.call(0, call),
    onGate: (event) => recorder.gate(0, event),
  });
  return writer;
}

const channel = channelToParent();
channel.onClose(() => process.exit(0));
process.on('SIGINT', () => undefined);

serve(
  BENCH_CONTRACT,
  channel,
  {
    configure: async (params) => {
      configuration = params;
      common = {
        mujoco: await loadMujoco(),
        task: parseTask(params.taskText, params.taskPath),
        tier: params.tier,
        rig: parseRig(params.rigText, params.rigPath),
        sandbox: common?.sandbox ?? new ProcessSandbox(),
        modules: GUEST_MODULES,
        pacer: fastPacer(),
        nowS: () => performance.now() / 1000,
        onInternalError: (error) => console.error('a call failed inside the worker:', error),
      };
      return {};
    },
    trial: ({ seed }) => trial(seed),
  },
  {},
);
