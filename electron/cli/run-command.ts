// Owns `capstan run`: one program on one task, checked, previewed, approved, run, judged and recorded. Ctrl-C is a stop.

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { PERTURBATION_KINDS, PerturbationError } from '../../sim/tasks/perturb.ts';
import { agentMode } from '../../skills/agent/modes.ts';
import type { Tier } from '../../skills/api/definition.ts';
import type { ServerSettings } from '../../skills/perception/server-settings.ts';
import {
  episodeFolder,
  openTask,
  perturbedTaskFile,
  readRig,
  type TaskFile,
  type TaskSource,
} from '../session/installation.ts';
import { AutomaticOperator, type Operator } from '../session/operator.ts';
import { Session, type SessionOptions } from '../session/session.ts';
import { type OfferStep, SessionWorkbench, type SessionWorkbenchOptions } from '../session/session-workbench.ts';
import { AGENT_OPTIONS, readTier } from './agent-options.ts';
import { agentRecord, isAgentPolicy, openAgent, planAgent, runAgent, untimed } from './agent-run.ts';
import { approvalCard, diagnosticLines } from './approval-prompt.ts';
import { answer, type Command, type CommandInput, oneOf, printable, tell, UsageError, wholeNumber } from './command.ts';
import { readDetectorFile } from './detector-file.ts';
import { readProgram } from './program-source.ts';
import { OperatorInput, PromptOperator } from './prompt-operator.ts';
import { checkFailure, outcomeInWords, outcomeOf, type RunOutcome } from './run-outcome.ts';

const TIERS = ['S1', 'S2', 'S3', 'S4'] as const satisfies readonly Tier[];

export const RUN_COMMAND: Command = {
  name: 'run',
  usage: 'TASK',
  summary: 'checks, previews, asks, runs, judges and records one program on a task',
  options: {
    policy: {
      type: 'string',
      value: 'expert|model|FILE',
      help: 'the reference program, a model that writes programs, recorded:EPISODE for its replies again, or a file',
      default: 'expert',
    },
    tier: {
      type: 'string',
      value: 'S1..S4|M1..M4',
      help: 'which functions the program may call; M1 to M4 also what a model is told after each turn (default: S1)',
    },
    ...AGENT_OPTIONS,
    seed: { type: 'string', value: 'N', help: 'which world is drawn (default: 0)' },
    detector: {
      type: 'string',
      value: 'FILE',
      help: 'YAML file of model servers that find things in pictures (default: the pixel detector)',
    },
    perturb: {
      type: 'string',
      value: 'KIND',
      help: `change the task first: ${PERTURBATION_KINDS.join(', ')}`,
    },
    approve: {
      type: 'string',
      value: 'ask|auto',
      help: 'who approves; auto only in simulation, only after a passing preview',
      default: 'ask',
    },
    robot: { type: 'string', value: 'simulated', help: 'which robot', default: 'simulated' },
    speed: { type: 'string', value: 'PERCENT', help: 'share of the full speed, 1 to 100', default: '100' },
    pace: {
      type: 'string',
      value: 'fast|N',
      help: 'as fast as the machine allows, or N times real time',
      default: 'fast',
    },
    record: { type: 'string', value: 'DIR', help: 'folder of the episode (default: the episodes of CAPSTAN_HOME)' },
    picture: { type: 'string', value: 'FILE', help: 'write a picture (PNG) of the scene at the end' },
    rig: {
      type: 'string',
      value: 'FILE',
      help: 'rig file with the allowed volumes and limits (default: the simulated cell)',
    },
    json: { type: 'boolean', help: 'print the result as JSON on stdout' },
  },
  run: async (input) => {
    const [taskName, ...more] = input.words;
    if (taskName === undefined || more.length > 0)
      throw new UsageError('name one task, or the path of a task file, as in: capstan run cube-lift');
    oneOf('robot', input.text('robot') ?? '', ['simulated']);
    const approve = oneOf('approve', input.text('approve') ?? '', ['ask', 'auto']);
    const speedScale = wholeNumber('speed', input.text('speed') ?? '', 1, 100) / 100;
    const source = openTask(taskName);
    const work = await planWork(input, source);
    const { tier, seed, taskFile } = work;
    const detector = readDetector(input.text('detector'), tier);
    const session = await Session.open({
      taskFile,
      rigFile: readRig(input.text('rig'), taskFile.task),
      seed,
      tier,
      detector,
      pace: readPace(input.text('pace') ?? ''),
      recordFolder: resolve(input.text('record') ?? episodeFolder()),
      previews: true,
      ...work.record,
      events: {
        output: ({ channel, text, line }) => {
          const verb = channel === 'say' ? 'says' : 'prints';
          tell(`  ${verb}${line === undefined ? '' : ` (line ${line})`}: ${printable(text)}`);
        },
        stopped: ({ source, detail }) => tell(`STOPPED by ${source}: ${detail}`),
        recordingFailed: ({ message, hint }) => tell(`${message}\n  ${hint}`),
      },
    });
    const operatorInput = new OperatorInput();
    const steps = stepWatcher(operatorInput);
    const workbench = new SessionWorkbench({
      session,
      tier,
      operator: work.patient(
        approve === 'auto'
          ? new AutomaticOperator('--approve auto', (proposal) => tell(approvalCard(proposal)))
          : new PromptOperator(operatorInput, 'known', work.origin === 'model' ? 'hears' : 'deaf'),
      ),
      previews: true,
      speedScale,
      origin: work.origin,
      onStep: steps.step,
    });
    if (work.origin === 'model' && (approve === 'ask' || process.stdin.isTTY))
      operatorInput.hear((text) => void workbench.remark(text));
    const interrupt = () => {
      tell('Ctrl-C: stopping.');
      session.stop('Ctrl-C at the command line').catch(() => undefined);
    };
    process.on('SIGINT', interrupt);
    try {
      tell(`${taskFile.task.name}, seed ${seed}: ${taskFile.task.instruction.trim()}`);
      const outcome = await work.run(session, workbench);
      const picture = input.text('picture');
      if (picture !== undefined) await writePicture(session, picture);
      const end = await session.finish({
        outcome: outcome.success ? 'succeeded' : 'failed',
        stage: outcome.stage ?? undefined,
        message: outcome.message,
      });
      for (const line of outcomeInWords(outcome, session.episodePath, end.robotTimeS)) tell(line);
      if (end.recordingError !== null) tell(`the recording is incomplete: ${end.recordingError}`);
      if (input.flag('json')) {
        answer({
          task: taskFile.task.name,
          seed,
          tier,
          policy: work.record.policy,
          ...outcome,
          traceHash: end.traceHash,
          robotTimeS: end.robotTimeS,
          episode: session.episodePath,
        });
      }
      return outcome.success ? 0 : 1;
    } finally {
      process.off('SIGINT', interrupt);
      steps.end();
      operatorInput.close();
      await session.close();
    }
  },
};

/** @throws UsageError for a tier that does not look, or a file that is not as documented */
function readDetector(path: string | undefined, tier: string): ServerSettings | undefined {
  if (path === undefined) return undefined;
  if (tier === 'S1') throw new UsageError('--detector needs a tier that looks: add --tier S2, S3 or S4');
  return readDetectorFile(path);
}

/** The task under the change that --perturb names. @throws UsageError when there is no such change of it */
function perturbedFile(file: TaskFile, kind: string | undefined, seed: number): TaskFile {
  if (kind === undefined) return file;
  try {
    return perturbedTaskFile(file, oneOf('perturb', kind, PERTURBATION_KINDS), seed);
  } catch (error) {
    if (error instanceof PerturbationError) throw new UsageError(error.message);
    throw error;
  }
}

/** @throws UsageError */
export function readPace(text: string): 'fast' | number {
  if (text === 'fast') return 'fast';
  const speed = Number(text);
  if (!(speed > 0 && speed <= 100)) throw new UsageError(`--pace takes "fast" or a number up to 100, not "${text}"`);
  return speed;
}

/** What a run does: with a program that is there, or with one that a model writes. */
interface Work {
  readonly tier: Tier;
  readonly seed: number;
  readonly taskFile: TaskFile;
  readonly origin: SessionWorkbenchOptions['origin'];
  readonly record: Pick<SessionOptions, 'policy' | 'attachments' | 'asks'>;
  /** The operator, whose time to think no budget counts. */
  patient(operator: Operator): Operator;
  run(session: Session, workbench: SessionWorkbench): Promise<RunOutcome>;
}

/** @throws UsageError, NotFoundError, ModelError: nothing has been started then */
async function planWork(input: CommandInput, source: TaskSource): Promise<Work> {
  const policy = input.text('policy') ?? '';
  const readSeed = (preset: number) =>
    wholeNumber('seed', input.text('seed') ?? String(preset), 0, Number.MAX_SAFE_INTEGER);
  const fileFor = (seed: number) => perturbedFile(source.taskFor(seed), input.text('perturb'), seed);
  const asked = readTier(input.text('tier') ?? 'S1');
  if (isAgentPolicy(policy)) {
    const definition = () => fileFor(readSeed(0)).task;
    const plan = await planAgent(policy, input, { task: source.name, tier: asked, definition });
    const agent = await openAgent(plan);
    const seed = readSeed(plan.recorded?.seed ?? 0);
    const taskFile = fileFor(seed);
    return {
      tier: agentMode(plan.settings.mode).tier,
      seed,
      taskFile,
      origin: 'model',
      record: agentRecord(agent.plan),
      patient: (operator) => untimed(operator, agent.budget),
      run: (session, workbench) => runAgent(agent, session, workbench, { task: taskFile.task, seed }),
    };
  }
  const tier = oneOf('tier', asked, TIERS);
  const seed = readSeed(0);
  const taskFile = fileFor(seed);
  const program = readProgram(policy, source.name, tier, taskFile.task);
  return {
    tier,
    seed,
    taskFile,
    origin: program.origin,
    record: { policy: program.policy },
    patient: (operator) => operator,
    run: (session, workbench) => runProgram(session, workbench, program.source),
  };
}

/** One program, from its check to the judgement of what it left. */
async function runProgram(session: Session, workbench: SessionWorkbench, source: string): Promise<RunOutcome> {
  const program = await workbench.check(source, UNTIL_STOPPED);
  for (const line of diagnosticLines(program.check)) tell(line);
  if (!program.check.ok) return checkFailure(program.check);
  return outcomeOf(session, await workbench.offer(program, UNTIL_STOPPED));
}

/** Nothing withdraws the program of a command; a stop ends it by itself. */
const UNTIL_STOPPED = new AbortController().signal;

/** A preview that takes longer than this is announced, milliseconds. */
const LONG_PREVIEW_MS = 2500;

/** Follows the steps of an offer: a long preview is announced, and while a block runs what is typed is a remark. */
function stepWatcher(input: OperatorInput): { step(step: OfferStep): void; end(): void } {
  let patience: NodeJS.Timeout | undefined;
  return {
    step: (step) => {
      clearTimeout(patience);
      input.setRunning(step === 'running');
      if (step === 'previewing')
        patience = setTimeout(() => tell('the preview is still running; Ctrl-C stops'), LONG_PREVIEW_MS);
    },
    end: () => clearTimeout(patience),
  };
}

/** A picture that cannot be written costs neither the verdict nor the episode. */
async function writePicture(session: Session, file: string): Promise<void> {
  try {
    mkdirSync(dirname(resolve(file)), { recursive: true });
    const { png } = await session.picture(1200, 800);
    writeFileSync(file, png);
    tell(`picture: ${resolve(file)}`);
  } catch (error) {
    tell(`no picture was written: ${error instanceof Error ? error.message : error}`);
  }
}
