// Owns one supervised session seen from the session process: it checks programs, asks the robot host for previews and
// offers, and keeps the session's beat. Who approves is somebody else: a person at a prompt or a window, or an explicit
// rule. Must never reach a robot but through the robot host's gate.

import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describeCause, EpisodeError } from '../../drivers/episode/episode-error.ts';
import { type EpisodeInfo, episodeFileName } from '../../drivers/episode/episode-info.ts';
import type { ApprovalMessage, ProgramMessage } from '../../drivers/episode/messages.ts';
import type { MessageOf } from '../../drivers/episode/topics.ts';
import { INERTIAL_SET } from '../../sim/robots/panda/inertials.ts';
import { type Asker, noModel } from '../../skills/api/asks.ts';
import type { PolicyApi, Tier } from '../../skills/api/definition.ts';
import { apiChoice, apiFor } from '../../skills/api/policy-api.ts';
import type { CheckResult, FinishedBlock } from '../../skills/check/check-result.ts';
import { type KillableChecker, startChecker } from '../../skills/check/killable-checker.ts';
import type { ServerSettings } from '../../skills/perception/server-settings.ts';
import { type RunPace, STRAIGHT_ON } from '../ipc/operator-pace.ts';
import { channelToChild, startEntry } from '../ipc/process-channel.ts';
import {
  type BlockReport,
  type OpenParams,
  type PreviewFacts,
  ROBOT_HOST_CONTRACT,
} from '../ipc/robot-host-contract.ts';
import { type Client, connect, type EventHandlers, type Result } from '../ipc/rpc.ts';
import { answerAsks } from '../ipc/session-contract.ts';
import type { CheckedBlock, RunSettings } from './cell.ts';
import { bundledEntry, type RigFile, sha256OfText, type TaskFile, VERSION } from './installation.ts';

export interface SessionOptions {
  readonly taskFile: TaskFile;
  readonly rigFile: RigFile;
  readonly seed: number;
  readonly tier: Tier;
  /** Model servers that find things in pictures; the pixel detector unless given. */
  readonly detector?: ServerSettings;
  readonly pace: 'fast' | number;
  /** Folder for the episode; null records nothing. */
  readonly recordFolder: string | null;
  readonly previews: boolean;
  /** A trial is not watched by the session's beat: nobody waits for it. 'live' unless given. */
  readonly role?: 'live' | 'trial';
  /** Whether programs may ask a model: whoever answers is named with `answerWith`. */
  readonly asks?: boolean;
  /** Who writes the programs, for the record: 'expert' or a file. */
  readonly policy: string;
  /** Opens the robot host's sockets for windows; a block then starts only before the window that holds control. */
  readonly console?: OpenParams['console'];
  /** Files for the episode beside task and rig. */
  readonly attachments?: OpenParams['attachments'];
  readonly events: EventHandlers<typeof ROBOT_HOST_CONTRACT>;
}

/** The version entry of a record whose things were found by model servers. */
export const MODEL_SERVERS = 'model servers';

/** The version entry of a record whose programs could ask a model. */
export const ASKS_A_MODEL = 'asked of a model';

/** The session's sign of life goes out this often, milliseconds: well below the gate's 250 ms. */
const BEAT_MS = 80;

/** A stop that stands: nothing runs until a person resets this very one. */
export interface LatchedStop {
  readonly id: string;
  readonly source: string;
  readonly detail: string;
}

/** Who decides about a block. */
export interface Decider {
  readonly kind: 'person' | 'automatic';
  readonly name: string;
}

export class Session {
  readonly episodePath: string | null;
  /** What its programs may call. */
  readonly api: PolicyApi;
  readonly episodeId: string;
  readonly #child: ChildProcess;
  readonly #host: Client<typeof ROBOT_HOST_CONTRACT>;
  readonly #checker: KillableChecker;
  readonly #beat: NodeJS.Timeout;
  readonly #finished: FinishedBlock[] = [];
  readonly #stops = new Map<string, LatchedStop>();
  #stopped = new AbortController();
  #robot: Result<typeof ROBOT_HOST_CONTRACT, 'open'> | undefined;
  readonly #gone = new AbortController();
  #blocks = 0;
  #answers: Asker | undefined;

  private constructor(
    options: SessionOptions,
    child: ChildProcess,
    host: Client<typeof ROBOT_HOST_CONTRACT>,
    episode: { readonly id: string; readonly path: string | null },
  ) {
    this.#child = child;
    this.#host = host;
    this.episodePath = episode.path;
    this.episodeId = episode.id;
    const choice = apiChoice(options.taskFile.task, options.tier, options.asks);
    this.api = apiFor(choice);
    this.#checker = startChecker(choice, { script: bundledEntry('check-worker.js') });
    this.#beat = setInterval(() => host.notify('beat', {}), BEAT_MS);
    child.once('exit', (code, signal) => {
      clearInterval(this.#beat);
      this.#gone.abort(signal ?? `exit code ${code}`);
    });
  }

  /**
   * Starts the robot host and its twin, opens the world, and gets the type checker warm meanwhile.
   * @throws the reason of the signal when it fires before the cell is open; no process is left then
   */
  static async open(options: SessionOptions, signal?: AbortSignal): Promise<Session> {
    const { taskFile, rigFile, seed, tier } = options;
    const episodeId = randomBytes(4).toString('hex');
    const versions = {
      capstan: VERSION,
      task: `${taskFile.task.name} ${taskFile.task.version}`,
      inertials: INERTIAL_SET,
      // What servers answer is not in the record: such a run cannot be repeated from it.
      ...(options.detector === undefined ? {} : { detector: MODEL_SERVERS }),
      ...(options.asks === true ? { questions: ASKS_A_MODEL } : {}),
    };
    // Before any process is started: a folder that cannot be written must leave nothing running.
    const episodePath = newEpisodePath(options, episodeId, versions);
    // A trial has nobody beside it who could stop it, and so no thread to keep free for that.
    const child = startEntry(bundledEntry(options.role === 'trial' ? 'twin.js' : 'robot-host.js'));
    let session: Session | undefined;
    const channel = channelToChild(child, 'robot host');
    answerAsks(channel, async (question, signal) => {
      if (session?.answers === undefined) throw noModel();
      return await session.answers.ask(question, AbortSignal.any([signal, session.stopped]));
    });
    const host = connect(ROBOT_HOST_CONTRACT, channel, {
      ...options.events,
      stopped: (stop) => {
        if (session !== undefined) session.#noteStop(stop);
        options.events.stopped?.(stop);
      },
      reset: (reset) => {
        if (session !== undefined) session.#noteReset(reset.stopId);
        options.events.reset?.(reset);
      },
    });
    const opening = host.request('open', {
      role: options.role ?? 'live',
      taskText: taskFile.text,
      taskPath: taskFile.path,
      seed,
      tier,
      rigText: rigFile.text,
      rigPath: rigFile.path,
      detector: options.detector ?? null,
      pace: options.pace,
      episodePath,
      episodeId,
      previews: options.previews,
      asks: options.asks ?? false,
      policy: options.policy,
      versions,
      console: options.console ?? null,
      attachments: options.attachments ?? [],
    });
    session = new Session(options, child, host, { id: episodeId, path: episodePath });
    const giveUp = () => child.kill('SIGKILL');
    signal?.addEventListener('abort', giveUp, { once: true });
    try {
      signal?.throwIfAborted();
      session.#robot = await opening;
      host.notify('beat', {});
      return session;
    } catch (error) {
      await session.close();
      throw signal?.aborted ? signal.reason : error;
    } finally {
      signal?.removeEventListener('abort', giveUp);
    }
  }

  /** Checks a block against the API and the names of earlier blocks, and records program and verdict. */
  async check(source: string, origin: ProgramMessage['origin'], name?: string): Promise<CheckResult> {
    const block = this.#blocks;
    const started = performance.now();
    const result = await this.checkDraft(source);
    const durationMs = performance.now() - started;
    await this.#host.request('record', {
      topic: '/program',
      message: { block, source, sha256: sha256OfText(source), origin, name },
    });
    await this.#host.request('record', {
      topic: '/check',
      message: {
        block,
        outcome: result.ok ? 'passed' : 'failed',
        durationMs,
        diagnostics: result.diagnostics.map(({ code, severity, message, line, column, hint }) => ({
          code,
          severity,
          message,
          line,
          column,
          hint,
        })),
      },
    });
    return result;
  }

  /** The same check of what may never be offered; nothing is recorded. */
  checkDraft(source: string): Promise<CheckResult> {
    const blockName = `block-${this.#blocks + 1}`;
    return this.#checker.check({ source, blockName, session: { blocks: [...this.#finished] } });
  }

  /** The block as it would run. */
  blockOf(source: string, result: CheckResult): CheckedBlock {
    const { calls, loops } = result.effects;
    const callingLines = [...new Set(calls.flatMap(({ lines }) => lines))];
    return { name: `block-${this.#blocks + 1}`, source, javascript: result.javascript, loops, callingLines };
  }

  preview(block: CheckedBlock, speedScale: number): Promise<PreviewFacts> {
    return this.#host.request('preview', { block, speedScale, purpose: 'approval' });
  }

  /** Runs a block in the twin, to be compared with others and not to be approved. */
  rehearse(block: CheckedBlock, speedScale: number): Promise<PreviewFacts> {
    return this.#host.request('preview', { block, speedScale, purpose: 'comparison' });
  }

  offer(block: CheckedBlock, settings: RunSettings) {
    return this.#host.request('offer', { block, settings });
  }

  /** Hands a decision on; the digest is the one that was shown. */
  async approve(
    offer: Result<typeof ROBOT_HOST_CONTRACT, 'offer'>,
    by: Decider,
    { previewId, speedScale, grants }: Pick<RunSettings, 'previewId' | 'speedScale' | 'grants'>,
    findings?: readonly string[],
  ): Promise<void> {
    await this.#host.request('approve', { offerId: offer.offerId, digest: offer.digest, by });
    await this.#recordDecision('approved', by.kind, {
      approvalHash: offer.digest,
      epoch: offer.epoch,
      previewId: previewId ?? undefined,
      speedScale,
      grants: grants.length === 0 ? undefined : grants,
      findings,
    });
  }

  async reject(by: Pick<Decider, 'kind'>, comment: string, findings?: readonly string[]): Promise<void> {
    await this.#recordDecision('rejected', by.kind, { comment, findings });
  }

  async run(
    block: CheckedBlock,
    offerId: string,
    settings: RunSettings,
    result: CheckResult,
    pace: RunPace = STRAIGHT_ON,
  ): Promise<BlockReport> {
    const report = await this.#host.request('run', { block, offerId, settings, pace });
    this.#blocks += 1;
    // A block that failed leaves no names behind.
    if (report.status === 'finished') {
      const { declarations, exportedNames } = result;
      this.#finished.push({ blockName: block.name, declarations, exportedNames });
    }
    return report;
  }

  /** What stands where, now and before the last block, as far as the tier can know. */
  known() {
    return this.#host.request('known', {});
  }

  judge() {
    return this.#host.request('judge', {});
  }

  stop(detail: string) {
    // Who waits for an answer of the operator has it now; the gate's own word follows.
    this.#stopped.abort(detail);
    return this.#host.request('stop', { source: 'operator', detail });
  }

  /** The stops that stand, oldest first. */
  get stops(): readonly LatchedStop[] {
    return [...this.#stops.values()];
  }

  /** Fires, with the reason in words, when something stops the robot; after the reset there is another one. */
  get stopped(): AbortSignal {
    return this.#stopped.signal;
  }

  /**
   * Clears one stop, by a person who has looked. Moves nothing, and nothing that was offered before can run any more.
   * @throws RemoteError when the gate refuses
   */
  async reset(stopId: string, by: string): Promise<void> {
    await this.#host.request('reset', { stopId, by });
    this.#noteReset(stopId);
  }

  /** Keeps what the operator said while no question was open. */
  async remark(text: string): Promise<void> {
    await this.#host.request('record', { topic: '/remark', message: { block: this.#blocks, text } });
  }

  /** The robot behind the gate. */
  get robot(): Result<typeof ROBOT_HOST_CONTRACT, 'open'> {
    if (this.#robot === undefined) throw new Error('the session is not open yet');
    return this.#robot;
  }

  /** Where the arms are now, and the gate's epoch: whether a preview still begins where they stand. */
  posture() {
    return this.#host.request('posture', {});
  }

  /** Fires, with the reason, when the robot host is gone: after close, or because it died. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** Who answers what programs ask; a session that was opened without questions has none. */
  answerWith(asker: Asker): void {
    this.#answers = asker;
  }

  /** Who answers; undefined while nobody does. */
  get answers(): Asker | undefined {
    return this.#answers;
  }

  /** Port of the robot host's sockets for windows, on the loopback interface; null without them. */
  get consolePort(): number | null {
    return this.#robot?.consolePort ?? null;
  }

  /** Number of the block that runs or comes next, from 0. */
  get blockIndex(): number {
    return this.#blocks;
  }

  /** Keeps what models were asked and answered, which was taken, what was written for a program, or where turns stand. */
  async record<Topic extends '/model' | '/ensemble' | '/function' | '/turn'>(
    topic: Topic,
    message: MessageOf<Topic>,
  ): Promise<void> {
    await this.#host.request('record', { topic, message });
  }

  /** Keeps words for the record. @param name of who said them */
  async log(name: string, message: string): Promise<void> {
    await this.#host.request('record', { topic: '/log', message: { level: 'info', name, message } });
  }

  /** What the cell's own cameras see now. */
  look() {
    return this.#host.request('look', {});
  }

  picture(width: number, height: number) {
    return this.#host.request('picture', { width, height });
  }

  finish(outcome: { outcome: 'succeeded' | 'failed'; stage?: string; message: string }) {
    return this.#host.request('finish', outcome);
  }

  /** Ends the robot host; it stops whatever still moves and completes the episode. */
  async close(): Promise<void> {
    clearInterval(this.#beat);
    await this.#checker.dispose();
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => {
      this.#child.once('exit', () => resolve());
    });
    if (this.#child.connected) this.#child.disconnect();
    const force = setTimeout(() => this.#child.kill('SIGKILL'), 5000);
    await gone;
    clearTimeout(force);
  }

  #noteStop({ id, source, detail }: LatchedStop): void {
    this.#stops.set(id, { id, source, detail });
    this.#stopped.abort(`${source}: ${detail}`);
  }

  #noteReset(stopId: string): void {
    if (this.#stops.delete(stopId) && this.#stops.size === 0) this.#stopped = new AbortController();
  }

  async #recordDecision(
    decision: 'approved' | 'rejected',
    kind: Decider['kind'],
    more: Omit<ApprovalMessage, 'block' | 'decision' | 'by'>,
  ): Promise<void> {
    const by = kind === 'person' ? 'operator' : 'automatic';
    await this.#host.request('record', { topic: '/approval', message: { block: this.#blocks, decision, by, ...more } });
  }
}

function newEpisodePath(options: SessionOptions, id: string, versions: Record<string, string>): string | null {
  const { recordFolder, taskFile, seed, tier, policy } = options;
  if (recordFolder === null) return null;
  makeRecordFolder(recordFolder);
  const info: EpisodeInfo = {
    id,
    task: taskFile.task.name,
    seed,
    robotId: 'simulated-panda',
    robotKind: 'simulated',
    tier,
    policy,
    versions,
  };
  return join(recordFolder, episodeFileName(info, BigInt(Date.now()) * 1_000_000n));
}

/** @throws EpisodeError WRITE_FAILED when the folder cannot be there */
export function makeRecordFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (cause) {
    throw new EpisodeError(
      'WRITE_FAILED',
      `Nothing was run: ${folder} cannot be the folder of the recording (${describeCause(cause)}).`,
      'Choose a folder that can be written with --record, or set CAPSTAN_HOME.',
      { cause },
    );
  }
}
