// Owns the live cell of a session behind messages. It alone hands an approved block to the sandbox. Must never approve, reset or resume anything by itself.

import { describeCause } from '../../drivers/episode/episode-error.ts';
import type { EpisodeInfo } from '../../drivers/episode/episode-info.ts';
import { createNodeFileSink } from '../../drivers/episode/node-file-sink.ts';
import type { EpisodeSink } from '../../drivers/episode/sink.ts';
import type { AcceptedMessage, EpisodeWriter } from '../../drivers/episode/writer.ts';
import { createEpisodeWriter } from '../../drivers/episode/writer.ts';
import { FAILURE_STAGES } from '../../drivers/failure-stage.ts';
import type { GateEvent } from '../../drivers/gate/events.ts';
import type { GateState } from '../../drivers/gate/gate-port.ts';
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
import { type PaceView, type RunPace, STRAIGHT_ON } from '../ipc/operator-pace.ts';
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
import { type CallRecord, Cell, type CellOptions, type CheckedBlock, type RunSettings } from '../session/cell.ts';
import { type KnownThings, type SceneGuess, type TierSide, thingsIn } from '../session/tier-side.ts';
import { beatRules } from './beat-rules.ts';
import { callStory } from './call-story.ts';
import { CellRecorder } from './cell-recorder.ts';
import { monotonicS } from './monotonic-clock.ts';
import { OperatorHand } from './operator-hand.ts';
import { OperatorPace } from './operator-pace.ts';
import type { CellEnd } from './stop-word.ts';

type Events = (typeof ROBOT_HOST_CONTRACT)['events'];
type Emit = {
  [Name in Exclude<keyof Events, 'cellStatus'>]: NonNullable<EventHandlers<typeof ROBOT_HOST_CONTRACT>[Name]>;
};

interface CallUnderWay {
  readonly name: string;
  readonly line: number | null;
}

/** What stands at the gate now. */
export type CellView = Pick<GateState, 'epoch' | 'stops'> & {
  readonly running: {
    readonly block: number;
    readonly name: string;
    readonly sinceS: number;
    readonly call: CallUnderWay | null;
  } | null;
  /** Of the block that runs, or ran last. */
  readonly speedScale: number;
  readonly pace: PaceView;
  /** The operator has the arm in hand. */
  readonly jogging: boolean;
};

/** What a live cell shares with the thread that guards it. */
export interface Guard {
  /** The stop word, and the beats heard by that thread. */
  readonly end: CellEnd;
  /** Told at once when something in the view has changed. */
  onView(view: CellView): void;
  /** Told of every message of the episode. */
  onMessage(message: AcceptedMessage): void;
  onRecordingFailed(message: string): void;
}

/** The gate looks for silent beats this often, milliseconds. */
const GATE_TICK_MS = 25;

/** What happens at the gate that changes the view of it. */
const CHANGES: ReadonlySet<GateEvent['kind']> = new Set([
  'begun',
  'ended',
  'stopped',
  'stop-reported',
  'reset',
  'epoch-bumped',
]);

export class CellHost {
  readonly #sandbox: PolicySandbox;
  readonly #emit: Emit;
  readonly #guard: Guard | undefined;
  /** How the operator holds the program back, and drives meanwhile. */
  readonly pace = new OperatorPace(() => this.#tellView());
  #hand: OperatorHand | undefined;
  readonly #asker: Asker;
  #cell: Cell | undefined;
  #seed = 0;
  #writersCameras: SimulatedCameras | undefined;
  #writer: EpisodeWriter | undefined;
  #recorder: CellRecorder | undefined;
  #gateTimer: NodeJS.Timeout | undefined;
  #block = 0;
  #runs: { readonly name: string; readonly sinceS: number } | undefined;
  #callUnderWay: CallUnderWay | null = null;
  #speedScale = 1;
  #judged = false;
  /** Stops whose report, and so whose record, is still to come. */
  readonly #unreported = new Set<string>();
  #allReported: () => void = () => undefined;
  #running: AbortController | undefined;
  #survey: ReturnType<NonNullable<TierSide['survey']>> | undefined;
  /** Before the last block. */
  #before: KnownThings | undefined;
  #calls: CallRecord[] = [];
  #output: ReportedLine[] = [];

  private constructor(sandbox: PolicySandbox, emit: Emit, asker: Asker, guard: Guard | undefined) {
    this.#sandbox = sandbox;
    this.#emit = emit;
    this.#asker = asker;
    this.#guard = guard;
  }

  /**
   * @param asker answers what programs ask, where the session has a model
   * @param guard of a live cell; a trial has nobody beside it
   */
  static async open(
    params: OpenParams,
    sandbox: PolicySandbox,
    emit: Emit,
    asker: Asker,
    guard?: Guard,
  ): Promise<CellHost> {
    const host = new CellHost(sandbox, emit, asker, guard);
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
      nowS: monotonicS,
      requiredBeats: trial ? [] : beatRules(params),
      heardS: this.#guard?.end.heardS,
      stopWord: this.#guard?.end.stopWord,
      purpose: trial ? 'trial' : 'live',
      // Nobody is beside a trial.
      ...(trial ? {} : this.#heldBack()),
      onInternalError: (error) => console.error('a call failed inside the robot host:', error),
    });
    this.#cell = cell;
    this.#seed = params.seed;
    cell.observe({
      onTick: () => this.#recorder?.tick(),
      onLook: (observation) => this.#recorder?.look(observation),
      onCallStart: ({ name, line }) => this.#noteCallUnderWay({ name, line: line ?? null }),
      onCall: (call) => this.#noteCall(call),
      onSay: (text, line) => this.#noteOutput({ channel: 'say', text, line }, cell.world.timeS),
      onOutput: (line) => this.#noteOutput(reportedLine(line), line.robotTimeS),
      onGate: (event) => this.#noteGate(event),
    });
    const sink = await this.#sink(params);
    if (sink !== undefined) this.#record(sink, params, task.instruction);
    this.#gateTimer = setInterval(() => {
      cell.gate.tick();
      this.#guard?.end.alive(monotonicS(), cell.world.timeS);
    }, GATE_TICK_MS);
    this.#guard?.end.alive(monotonicS(), cell.world.timeS);
    this.#guard?.onView(this.view());
  }

  view(): CellView {
    const { epoch, stops, running } = this.cell.gate.state();
    const runs = running === null ? undefined : this.#runs;
    return {
      epoch,
      stops,
      running: runs === undefined ? null : { block: this.#block, ...runs, call: this.#callUnderWay },
      speedScale: this.#speedScale,
      pace: this.pace.view(),
      jogging: this.#hand?.drives ?? false,
    };
  }

  #tellView(): void {
    if (this.#cell !== undefined) this.#guard?.onView(this.view());
  }

  #heldBack(): Pick<CellOptions, 'awaitStep' | 'beforeCall'> {
    const ended = () => this.#running?.signal ?? AbortSignal.abort();
    return {
      awaitStep: (request, until) => this.pace.awaitStep(request, AbortSignal.any([until, ended()])),
      beforeCall: (call) => this.pace.beforeCall(call, ended()),
    };
  }

  /** The operator's hand on the arm. */
  get hand(): OperatorHand {
    this.#hand ??= new OperatorHand({
      cell: this.cell,
      pace: this.pace,
      isRunning: () => this.#running !== undefined,
      endProgram: (why) => this.#running?.abort(new Error(why)),
      onDriving: (by, drives) => {
        this.#survey = undefined;
        const driver = drives ? 'operator' : this.#running === undefined ? 'nobody' : 'program';
        this.#writer?.record('/driver', this.cell.world.timeS, { driver, block: this.#block, by });
        this.#tellView();
      },
    });
    return this.#hand;
  }

  async #sink({ episodePath, console }: OpenParams): Promise<EpisodeSink | undefined> {
    if (episodePath !== null) return createNodeFileSink(episodePath);
    // Windows see the episode also where nobody keeps it.
    return console === null ? undefined : DISCARD;
  }

  #record(sink: EpisodeSink, params: OpenParams, instruction: string): void {
    const writer = createEpisodeWriter(sink, {
      info: episodeInfo(params, this.cell, instruction),
      timeline: 'robot',
      onMessage: (message) => this.#guard?.onMessage(message),
      onError: (error) => {
        this.#guard?.onRecordingFailed(error.message);
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

  #noteCallUnderWay(call: CallUnderWay | null): void {
    this.#callUnderWay = call;
    this.#guard?.onView(this.view());
  }

  #noteCall(call: CallRecord): void {
    this.#noteCallUnderWay(null);
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
    if (CHANGES.has(event.kind)) this.#guard?.onView(this.view());
    if (event.kind === 'reset') this.#emit.reset({ stopId: event.stop.id, by: event.by.name });
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

  async run(
    block: CheckedBlock,
    offerId: string,
    settings: RunSettings,
    pace: RunPace = STRAIGHT_ON,
  ): Promise<BlockReport> {
    const before = await this.#knownAlready();
    this.#survey = undefined;
    this.#calls = [];
    this.#output = [];
    this.#running = new AbortController();
    const startS = this.cell.world.timeS;
    this.#runs = { name: block.name, sinceS: startS };
    this.#speedScale = settings.speedScale;
    this.#callUnderWay = null;
    try {
      await this.pace.begin(pace, this.#running.signal);
      const outcome = await this.cell.run(block, offerId, settings, this.#running.signal);
      this.#before = before;
      const report = this.#report(outcome, startS);
      this.#recordBlockEnd(report);
      // A block that the gate would not start keeps its number for the next one.
      this.#block += 1;
      return report;
    } finally {
      this.#running = undefined;
      this.pace.end();
    }
  }

  /**
   * The state a preview begins with: at tier S1 a copy, above it what is perceived. That is the same for every preview
   * until something runs.
   */
  async rehearsalStart(): Promise<RehearsalStart> {
    const snapshot = await this.cell.snapshot();
    const surveyed = await this.#surveyed();
    return surveyed === undefined
      ? { kind: 'copy', snapshot }
      : { kind: 'perceived', ...surveyed, sandbox: snapshot.sandbox };
  }

  /** What is perceived now: looked at once until something runs. Undefined at tier S1, which knows the truth. */
  async #surveyed(): Promise<Omit<SceneGuess, 'onPredicted'> | undefined> {
    this.#survey ??= this.cell.side.survey?.();
    try {
      return await this.#survey;
    } catch (error) {
      this.#survey = undefined;
      throw error;
    }
  }

  /** What stood where before the last block, where that was known, and what stands where now. */
  async known(): Promise<Result<typeof ROBOT_HOST_CONTRACT, 'known'>> {
    const surveyed = await this.#surveyed();
    const now = surveyed === undefined ? await this.cell.side.truth?.() : thingsIn(surveyed.perceived);
    const { things = [], held = [] } = now ?? {};
    const { arms } = await this.cell.robot.state();
    const arm = held.findIndex((name) => name !== undefined);
    return {
      before: this.#before?.things ?? null,
      now: things,
      ...(arm < 0 ? {} : { hand: { holds: held[arm] as string, tool: arms[arm].tool } }),
    };
  }

  /** The same without a new look: a block must not wait for one. */
  async #knownAlready(): Promise<KnownThings | undefined> {
    const surveyed = await this.#survey?.catch(() => undefined);
    return surveyed === undefined ? await this.cell.side.truth?.() : thingsIn(surveyed.perceived);
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

  async posture(): Promise<Result<typeof ROBOT_HOST_CONTRACT, 'posture'>> {
    const { robot, gate } = this.cell;
    const { arms } = await robot.state();
    return { epoch: gate.state().epoch, armsRad: arms.map(({ jointPositionsRad }) => [...jointPositionsRad]) };
  }

  judge(): Verdict {
    this.#judged = true;
    this.#survey = undefined;
    return this.cell.judge();
  }

  /** A stop for a beat that fell silent, where one stands and nothing runs; undefined otherwise. */
  get stopBySilence(): { id: string; sent: boolean; restConfirmed: boolean; stopDurationS: number | null } | undefined {
    const { stops, running } = this.cell.gate.state();
    const stop = running === null ? stops.find(({ cause }) => cause.source === 'watchdog') : undefined;
    const notYet = { sent: true, restConfirmed: false, stopDurationS: null };
    return stop === undefined ? undefined : { id: stop.id, ...(stop.report ?? notYet) };
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

  /** Completes the episode of a session that is gone; whoever noticed has stopped the robot. */
  async abandon(): Promise<void> {
    await this.finish({
      outcome: 'failed',
      stage: 'crash',
      message: 'the session process ended before the episode did',
    });
  }

  get cameraNames(): readonly string[] {
    return this.#cameras().names;
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

const DISCARD: EpisodeSink = { write: async () => {}, sync: async () => {}, close: async () => {} };

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
