// Owns one worker process of `capstan bench`: the engine loaded once, one policy host kept warm, one fresh cell per
// trial, of whichever arm the trial belongs to. Dies with its parent.

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type EpisodeInfo, episodeFileName } from '../../drivers/episode/episode-info.ts';
import { createNodeFileSink } from '../../drivers/episode/node-file-sink.ts';
import { createEpisodeWriter, type EpisodeWriter } from '../../drivers/episode/writer.ts';
import { parseRig, type Rig } from '../../drivers/rig/rig-file.ts';
import { fastPacer } from '../../drivers/simulated/pacer.ts';
import { loadMujoco } from '../../sim/engine/mujoco.ts';
import { parseTask } from '../../sim/tasks/parse-task.ts';
import type { Task } from '../../sim/tasks/task-schema.ts';
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
type Trial = Params<typeof BENCH_CONTRACT, 'trial'>;
type Arm = Configuration['arms'][number];
type Setup = Configuration & Pick<TrialOptions, 'mujoco'> & { readonly rigs: readonly Rig[] };

/** Both begin to load at once, before anybody says what will run. */
const loading = loadMujoco();
loading.catch(() => undefined); // told to whoever configures
const sandbox = new ProcessSandbox();
sandbox.warm();

let setup: Setup | undefined;
/** Tasks by their text: most benchmarks run one text many times. */
const parsed = new Map<string, Task>();

async function trial({ arm: index, seed, taskText, taskPath, block, episodeFile }: Trial): Promise<TrialResult> {
  const arm = setup?.arms[index];
  if (setup === undefined || arm === undefined) throw new Error('the worker was not configured');
  const { recordFolder, mujoco, rigs } = setup;
  const options: TrialOptions = {
    mujoco,
    task: taskOf(taskText, taskPath),
    seed,
    tier: arm.tier,
    rig: rigs[index],
    sandbox,
    modules: GUEST_MODULES,
    pacer: fastPacer(),
    nowS: () => performance.now() / 1000,
    onInternalError: (error) => console.error('a call failed inside the worker:', error),
  };
  let writer: EpisodeWriter | undefined;
  const result = await runTrial(options, block, async (cell) => {
    if (recordFolder === null && episodeFile === undefined) return;
    const fileOf = (info: EpisodeInfo) =>
      episodeFile ?? join(recordFolder ?? '', episodeFileName(info, BigInt(Date.now()) * 1_000_000n));
    writer = await startRecording(cell, arm, seed, { fileOf, taskText, source: block.source });
  });
  const ended = {
    outcome: result.success ? ('succeeded' as const) : ('failed' as const),
    stage: result.stage ?? undefined,
    message: result.message,
  };
  writer?.record('/result', result.simSeconds, { scope: 'episode', ...ended, judged: true });
  await writer?.finish({ ...ended, traceHash: result.traceHash });
  return result;
}

/** Texts kept parsed; families draw another one for every seed. */
const KEPT_TASKS = 64;

function taskOf(text: string, path: string): Task {
  let task = parsed.get(text);
  if (task === undefined) {
    task = parseTask(text, path);
    if (parsed.size >= KEPT_TASKS) parsed.clear();
    parsed.set(text, task);
  }
  return task;
}

async function startRecording(
  cell: Cell,
  what: Arm,
  seed: number,
  {
    fileOf,
    taskText,
    source,
  }: { fileOf(info: EpisodeInfo): string; readonly taskText: string; readonly source: string },
): Promise<EpisodeWriter> {
  const info: EpisodeInfo = {
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
  const path = fileOf(info);
  const writer = createEpisodeWriter(await createNodeFileSink(path), {
    info,
    timeline: 'robot',
    onError: (error) => console.error(`${path}: ${error.message}`),
  });
  writer.attach('task.yaml', 'application/yaml', Buffer.from(taskText));
  writer.attach('rig.yaml', 'application/yaml', Buffer.from(what.rigText));
  writer.record('/program', 0, {
    block: 0,
    source,
    sha256: sha256OfText(source),
    origin: what.policy === 'expert' ? 'expert' : 'file',
  });
  const recorder = new CellRecorder(writer, cell.world, cell.robot, cell.rig.envelope);
  cell.observe({
    onTick: () => recorder.tick(),
    onLook: (observation) => recorder.look(observation),
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
      setup = {
        ...params,
        mujoco: await loading,
        rigs: params.arms.map(({ rigText, rigPath }) => parseRig(rigText, rigPath)),
      };
      return {};
    },
    trial,
  },
  {},
);
