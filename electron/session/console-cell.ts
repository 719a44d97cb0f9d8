// Owns one open cell of the console: its session from the first process to the complete episode. Must never leave a process
// behind, nor an episode that does not say how it ended.

import { randomBytes } from 'node:crypto';
import { drawScene } from '../../sim/tasks/layout.ts';
import { namesIn } from '../../skills/agent/known-objects.ts';
import { agentMode } from '../../skills/agent/modes.ts';
import type { CellChoice, OpenCell } from '../ipc/console-contract.ts';
import type { ModelSource } from './agent-models.ts';
import { AGENT_FILE, type AgentSettings, writerName } from './agent-settings.ts';
import type { BoardBranch } from './console-board.ts';
import type { ConsolePiece } from './console-pieces.ts';
import { ConsolePrograms } from './console-programs.ts';
import { problemOf } from './console-refusal.ts';
import { ConsoleWriter, isModelCell } from './console-writer.ts';
import { openTask, readExpert, readRig, type TaskFile } from './installation.ts';
import { Session, type SessionOptions } from './session.ts';

export interface ConsoleCellOptions {
  readonly choice: CellChoice;
  /** Cut when the cell is over. */
  readonly board: BoardBranch;
  readonly models: ModelSource;
  /** Of the rig, as the model is to see them; null without any. */
  readonly notes: string | null;
  readonly recordFolder: string;
  /** Pages that may come to the robot host's sockets. */
  readonly origins: readonly string[];
  /** Who holds control at the robot host has changed; null for nobody. */
  readonly onHolder: (client: string | null) => void;
  readonly onPiece: (piece: ConsolePiece) => void;
  readonly onNotice: (level: 'info' | 'warning' | 'error', message: string, hint: string) => void;
  /** The robot host has ended by itself. */
  readonly onGone: (reason: string) => void;
}

/** Real time: a person watches. */
const PACE = 1;

/** How an episode ended. */
export interface CellEnd {
  readonly outcome: 'succeeded' | 'failed' | 'interrupted';
  readonly message: string;
}

export class ConsoleCell {
  readonly session: Session;
  readonly programs: ConsolePrograms;
  readonly #options: ConsoleCellOptions;
  readonly #taskFile: TaskFile;
  readonly #socketToken: string;
  readonly #startedAt = new Date().toISOString();
  #closing = false;

  private constructor(
    options: ConsoleCellOptions,
    taskFile: TaskFile,
    session: Session,
    writer: ConsoleWriter | undefined,
    socketToken: string,
  ) {
    const { choice, board, onGone } = options;
    this.#options = options;
    this.#taskFile = taskFile;
    this.#socketToken = socketToken;
    this.session = session;
    this.programs = new ConsolePrograms({ choice, board, task: taskFile.task, session, writer });
    const gone = () => {
      if (!this.#closing) onGone(String(session.gone.reason));
    };
    session.gone.addEventListener('abort', gone);
    if (session.gone.aborted) gone();
  }

  /**
   * @throws NotFoundError, YamlFileError, ModelError, ModelNameError, VoicesError, RemoteError in words, or the reason of
   * the signal; no process is left then
   */
  static async open(options: ConsoleCellOptions, signal: AbortSignal): Promise<ConsoleCell> {
    const { choice, board, models, notes, onPiece } = options;
    const taskFile = openTask(choice.task).taskFor(choice.seed);
    const { task } = taskFile;
    // A missing expert or key is better known before a robot is there.
    if (choice.writer.kind === 'expert') readExpert(task.name, agentMode(choice.tier).tier, task);
    const writer = isModelCell(choice)
      ? await ConsoleWriter.open({ choice, notes, models, task, board, onPiece })
      : undefined;
    let cell: ConsoleCell | undefined;
    const onStops = () => cell?.programs.noteStops();
    const token = randomBytes(24).toString('base64url');
    const session = await Session.open(
      {
        ...recordOf(choice, writer?.settings),
        taskFile,
        rigFile: readRig(undefined, task),
        seed: choice.seed,
        tier: agentMode(choice.tier).tier,
        pace: PACE,
        recordFolder: options.recordFolder,
        previews: true,
        console: { port: 0, token, origins: [...options.origins] },
        events: {
          stopped: onStops,
          reset: onStops,
          cellStatus: ({ lease }) => options.onHolder(lease?.client ?? null),
          recordingFailed: ({ message, hint }) => options.onNotice('error', message, hint),
        },
      },
      signal,
    );
    try {
      cell = new ConsoleCell(options, taskFile, session, writer, token);
      cell.programs.noteStops();
      return cell;
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  get choice(): CellChoice {
    return this.#options.choice;
  }

  get task() {
    return this.#taskFile.task;
  }

  /** What windows are told of the cell. */
  shown(): OpenCell {
    const { choice } = this.#options;
    const { task } = this.#taskFile;
    const { robotId, robotKind } = this.session.robot;
    return {
      id: this.session.episodeId,
      choice,
      title: task.name,
      instruction: task.instruction.trim(),
      arms: task.robot.arms,
      robotId,
      robotKind,
      objects: agentMode(choice.tier).tier === 'S1' ? namesIn(drawScene(task, choice.seed)) : [],
      sockets: { url: `ws://127.0.0.1:${this.session.consolePort}`, token: this.#socketToken },
      block: this.session.blockIndex,
      speedScale: this.programs.speedScale,
      startedAt: this.#startedAt,
    };
  }

  /** The robot host is gone: ends what is left of the cell. */
  async abandon(): Promise<void> {
    this.#closing = true;
    await this.programs.close('the robot host is gone');
    await this.session.close();
  }

  /** Ends what is under way, judges what the world shows unless a stop forbids it, and completes the episode. */
  async end(why: string): Promise<CellEnd> {
    const { session, programs } = this;
    this.#closing = true;
    if (programs.desk.step === 'running') await session.stop(why).catch(() => undefined);
    await programs.close(why);
    let end: CellEnd = { outcome: 'interrupted', message: 'the robot host was gone before the episode was complete' };
    try {
      if (!session.gone.aborted) end = await this.#finish();
    } catch (error) {
      end = { outcome: 'interrupted', message: problemOf(error).message };
    }
    await session.close();
    return end;
  }

  async #finish(): Promise<CellEnd> {
    const { session } = this;
    if (session.stopped.aborted) {
      const message = `stopped: ${session.stopped.reason}`;
      await session.finish({ outcome: 'failed', stage: 'stopped', message });
      return { outcome: 'failed', message };
    }
    const { success, message } = await this.programs.judgeNow();
    const outcome = success ? 'succeeded' : 'failed';
    await session.finish({ outcome, stage: success ? undefined : 'placement', message });
    return { outcome, message };
  }
}

/** What the episode keeps of the writer. */
function recordOf(
  { writer }: CellChoice,
  settings: AgentSettings | undefined,
): Pick<SessionOptions, 'policy' | 'asks' | 'attachments'> {
  if (settings === undefined) return { policy: writer.kind };
  const text = `${JSON.stringify(settings, null, 2)}\n`;
  return {
    policy: writerName(settings),
    asks: true,
    attachments: [{ name: AGENT_FILE, mediaType: 'application/json', text }],
  };
}
