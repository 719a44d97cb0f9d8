// Owns the live cell of a session behind messages. It alone hands an approved block to the sandbox. Must never approve, reset or resume anything by itself.

import { describeCause } from '../../drivers/episode/episode-error.ts';
import type { EpisodeInfo } from '../../drivers/episode/episode-info.ts';
import { createNodeFileSink } from '../../drivers/episode/node-file-sink.ts';
import type { EpisodeWriter } from '../../drivers/episode/writer.ts';
import { createEpisodeWriter } from '../../drivers/episode/writer.ts';
import { FAILURE_STAGES } from '../../drivers/failure-stage.ts';
import { type BeatRule, SESSION_BEAT } from '../../drivers/gate/beats.ts';
import type { GateEvent } from '../../drivers/gate/events.ts';
import type { StopSource } from '../../drivers/gate/stop-latch.ts';
import { parseRig } from '../../drivers/rig/rig-file.ts';
import { fastPacer, realTimePacer } from '../../drivers/simulated/pacer.ts';
import { SimulatedCameras } from '../../drivers/simulated/simulated-cameras.ts';
import { encodePng } from '../../sim/cameras/png.ts';
import { loadMujoco } from '../../sim/engine/mujoco.ts';
import type { Verdict } from '../../sim/tasks/judge.ts';
import { parseTask } from '../../sim/tasks/parse-task.ts';
import type { Asker } from '../../skills/api/asks.ts';
import { ServerDetector } from '../../skills/perception/server-detector.ts';
import { GUEST_MODULES } from '../../skills/sandbox/modules/registry.ts';
import type { BlockOutcome, PolicySandbox } from '../../skills/sandbox/policy-sandbox.ts';
import {
  type BlockReport,
  CAMERA_NAMES,
  type OpenParams,
  type RehearsalStart,
  type ReportedLine,
  type ROBOT_HOST_CONTRACT,
} from '../ipc/robot-host-contract.ts';
import type { EventHandlers, Result } from '../ipc/rpc.ts';
import { blockFailure, reportedLine } from '../session/block-report.ts';
import { type CallRecord, Cell, type CheckedBlock, type RunSettings } from '../session/cell.ts';
import type { TierSide } from '../session/tier-side.ts';
import { callStory } from './call-story.ts';
import { CellRecorder } from './cell-recorder.ts';
import { tickAfterArrivals } from './gate-watch.ts';

type Emit = {
  [Name in keyof (typeof ROBOT_HOST_CONTRACT)['events']]: NonNullable<EventHandlers<typeof ROBOT_HOST_CONTRACT>[Name]>;
};

/**
 * Silence of the session that stops a simulated arm, with no window attached. The longest the gate allows: a busy laptop
 * may be late, the arm harms nobody, and a session that dies is noticed at once by its closed pipe.
 */
const HEADLESS_BEAT: BeatRule = { ...SESSION_BEAT, toRunS: 1 };

/** The gate looks for silent beats this often, milliseconds. */
const GATE_TICK_MS = 25;

export class CellHost {
  readonly #sandbox: PolicySandbox;
  readonly #emit: Emit;
  readonly #asker: Asker;
  #cell: Cell | undefined;
  #seed = 0;
  #writersCameras: SimulatedCameras | undefined;
  #writer: EpisodeWriter | undefined;
  #recorder: CellRecorder | undefined;
  #gateTimer: NodeJS.Timeout | undefined;
  #block = 0;
  #judged = false;
  /** Stops whose report, and so whose record, is still to come. */
  readonly #unreported = new Set<string>();
  #allReported: () => void = () => undefined;
  #running: AbortController | undefined;
  #survey: ReturnType<NonNullable<TierSide['survey']>> | undefined;
  #calls: CallRecord[] = [];
  #output: ReportedLine[] = [];

  private constructor(sandbox: PolicySandbox, emit: Emit, asker: Asker) {
    this.#sandbox = sandbox;
    this.#emit = emit;
    this.#asker = asker;
  }

  /** @param asker answers what programs ask, where the session has a model */
  static async open(params: OpenParams, sandbox: PolicySandbox, emit: Emit, asker: Asker): Promise<CellHost> {
    const host = new CellHost(sandbox, emit, asker);
    await host.#open(params);
    return host;
  }

  async #open(params: OpenParams): Promise<void> {
    const task = parseTask(params.taskText, params.taskPath);
    const pace = params.pace === 'fast' ? fastPacer() : realTimePacer(params.pace);
    const trial = params.role === 'trial';
    const cell = await Cell.open({
      mujoco: await loadMujoco(),
      task,
      seed: params.seed,
      tier: params.tier,
      rig: parseRig(params.rigText, params.rigPath),
      sandbox: this.#sandbox,
      modules: GUEST_MODULES,
      detector: params.detector === null ? undefined : new ServerDetector(params.detector),
      asker: params.asks ? this.#asker : undefined,
      // A world that outruns its recording waits for it.
      pacer: (robotTimeS) => this.#writer?.ready() ?? pace(robotTimeS),
      nowS: () => performance.now() / 1000,
      requiredBeats: trial ? [] : [HEADLESS_BEAT],
      purpose: trial ? 'trial' : 'live',
      onInternalError: (error) => console.error('a call failed inside the robot host:', error),
    });
    this.#cell = cell;
    this.#seed = params.seed;
    cell.observe({
      onTick: () => this.#recorder?.tick(),
      onLook: (observation) => this.#recorder?.look(observation),
      onCall: (call) => this.#noteCall(call),
      onSay: (text, line) => this.#noteOutput({ channel: 'say', text, line }, cell.world.timeS),
      onOutput: (line) => this.#noteOutput(reportedLine(line), line.robotTimeS),
      onGate: (event) => this.#noteGate(event),
    });
    if (params.episodePath !== null) await this.#record(params.episodePath, params, task.instruction);
    this.#gateTimer = setInterval(() => tickAfterArrivals(cell.gate), GATE_TICK_MS);
  }

  async #record(path: string, params: OpenParams, instruction: string): Promise<void> {
    const writer = createEpisodeWriter(await createNodeFileSink(path), {
      info: episodeInfo(params, this.cell, instruction),
      timeline: 'robot',
      onError: (error) => {
        this.#emit.recordingFailed({ message: error.message, hint: error.hint });
        // What is not recorded may not move.
        void this.stop('process', `the recording failed: ${error.message}`);
      },
    });
    writer.attach('task.yaml', 'application/yaml', Buffer.from(params.taskText));
    writer.attach('rig.yaml', 'application/yaml', Buffer.from(params.rigText));
    for (const { name, mediaType, text } of params.attachments) writer.attach(name, mediaType, Buffer.from(text));
    this.#writer = writer;
    this.#recorder = new CellRecorder(writer, this.cell.world, this.cell.robot, this.cell.rig.envelope);
  }

  #noteCall(call: CallRecord): void {
    this.#calls.push(call);
    this.#recorder?.call(this.#block, call);
    this.#emit.call({ name: call.name, line: call.line, ok: call.reply.ok, endS: call.endS });
  }

  /** A line that was said or printed: told, recorded and kept for the report, in the order in which it came. */
  #noteOutput(line: ReportedLine, timeS: number): void {
    this.#output.push(line);
    this.#writer?.record('/output', timeS, { block: this.#block, ...line });
    this.#emit.output(line);
  }

  #noteGate(event: GateEvent): void {
    this.#recorder?.gate(this.#block, event);
    if (event.kind === 'stop-reported') {
      this.#unreported.delete(event.stopId);
      if (this.#unreported.size === 0) this.#allReported();
    }
    if (event.kind !== 'stopped') return;
    this.#unreported.add(event.stop.id);
    const { id, cause } = event.stop;
    this.#emit.stopped({ id, source: cause.source, detail: cause.detail });
    this.#running?.abort();
  }

  get cell(): Cell {
    if (this.#cell === undefined) throw new Error('no cell is open; nothing can move');
    return this.#cell;
  }

  get writer(): EpisodeWriter | undefined {
    return this.#writer;
  }

  async run(block: CheckedBlock, offerId: string, settings: RunSettings): Promise<BlockReport> {
    this.#survey = undefined;
    this.#calls = [];
    this.#output = [];
    this.#running = new AbortController();
    const startS = this.cell.world.timeS;
    try {
      const outcome = await this.cell.run(block, offerId, settings, this.#running.signal);
      const report = this.#report(outcome, startS);
      this.#recordBlockEnd(report);
      // A block that the gate would not start keeps its number for the next one.
      this.#block += 1;
      return report;
    } finally {
      this.#running = undefined;
    }
  }

  /**
   * The state a preview begins with: at tier S1 a copy, above it what is perceived. That is the same for every preview
   * until something runs.
   */
  async rehearsalStart(): Promise<RehearsalStart> {
    const { side } = this.cell;
    const snapshot = await this.cell.snapshot();
    if (side.survey === undefined) return { kind: 'copy', snapshot };
    this.#survey ??= side.survey();
    try {
      return { kind: 'perceived', ...(await this.#survey), sandbox: snapshot.sandbox };
    } catch (error) {
      this.#survey = undefined;
      throw error;
    }
  }

  /** One for the whole session: each of its pictures has noise of its own. */
  #cameras(): SimulatedCameras {
    this.#writersCameras ??= new SimulatedCameras(this.cell.world, this.cell.task.sensors, this.#seed, 'writer');
    return this.#writersCameras;
  }

  /** Through every camera of the cell. Takes no robot time and moves nothing. */
  async look(): Promise<Result<typeof ROBOT_HOST_CONTRACT, 'look'>> {
    const cameras = this.#cameras();
    const views = [];
    for (const camera of CAMERA_NAMES.filter((name) => cameras.names.includes(name))) {
      const { width, height, colorSrgb } = await cameras.look(camera);
      views.push({ camera, png: encodePng({ kind: 'rgb8', width, height, data: colorSrgb }) });
    }
    return { views };
  }

  judge(): Verdict {
    this.#judged = true;
    this.#survey = undefined;
    return this.cell.judge();
  }

  stop(source: StopSource, detail: string) {
    return this.cell.gate.stop({ source, detail });
  }

  async finish(outcome: { outcome: 'succeeded' | 'failed'; stage?: string; message: string }) {
    // An episode without the report of its stop would leave the most important question open.
    if (this.#unreported.size > 0) {
      await new Promise<void>((resolve) => {
        this.#allReported = resolve;
      });
    }
    const traceHash = this.cell.traceHash();
    const stage = FAILURE_STAGES.find((one) => one === outcome.stage);
    this.#writer?.record('/result', this.cell.world.timeS, {
      scope: 'episode',
      outcome: outcome.outcome,
      stage,
      message: outcome.message,
      judged: this.#judged,
    });
    const status = await this.#writer?.finish({ outcome: outcome.outcome, stage, message: outcome.message, traceHash });
    return {
      traceHash,
      robotTimeS: this.cell.world.timeS,
      recordedMessages: status?.messages ?? 0,
      recordingError: status?.error == null ? null : describeCause(status.error),
    };
  }

  /** The current block's number, from 0. */
  get blockIndex(): number {
    return this.#block;
  }

  async dispose(): Promise<void> {
    clearInterval(this.#gateTimer);
    await this.cell.dispose();
    await this.#sandbox.dispose();
  }

  #report(outcome: BlockOutcome, startS: number): BlockReport {
    if (outcome.outputTruncated) {
      const text = 'the output was longer; the rest was dropped';
      this.#noteOutput({ channel: 'warn', text, line: undefined }, this.cell.world.timeS);
    }
    return {
      status: outcome.status,
      failure: blockFailure(outcome),
      output: [...this.#output],
      calls: outcome.usage.calls,
      callStory: this.#calls.map(callStory),
      robotTimeS: this.cell.world.timeS - startS,
    };
  }

  #recordBlockEnd(report: BlockReport): void {
    const timeS = this.cell.world.timeS;
    this.#writer?.record('/result', timeS, {
      scope: 'block',
      block: this.#block,
      outcome: report.status === 'finished' ? 'succeeded' : 'failed',
      stage: report.failure?.stage,
      message: report.failure?.message ?? 'the block ran to its end',
      failure: report.failure,
    });
  }
}

function episodeInfo(params: OpenParams, cell: Cell, instruction: string): EpisodeInfo {
  return {
    id: params.episodeId,
    task: cell.task.name,
    seed: params.seed,
    robotId: cell.robot.identity.id,
    robotKind: cell.robot.identity.kind,
    tier: params.tier,
    policy: params.policy,
    instruction,
    versions: params.versions,
  };
}
