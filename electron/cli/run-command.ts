// Owns `capstan run`: one program on one task, checked, previewed, approved, run, judged and recorded. Ctrl-C is a stop.

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { PERTURBATION_KINDS, PerturbationError } from '../../sim/tasks/perturb.ts';
import type { CheckResult } from '../../skills/check/check-result.ts';
import type { ServerSettings } from '../../skills/perception/server-settings.ts';
import type { BlockReport, PreviewFacts } from '../ipc/robot-host-contract.ts';
import { RemoteError } from '../ipc/rpc.ts';
import { type CheckedBlock, PLAIN_RUN, type RunSettings } from '../session/cell.ts';
import { episodeFolder, openTask, perturbedTaskFile, readRig, type TaskFile } from '../session/installation.ts';
import { Session } from '../session/session.ts';
import { approvalCard, askOperator, diagnosticLines, OperatorInput } from './approval-prompt.ts';
import { answer, type Command, oneOf, printable, tell, UsageError, wholeNumber } from './command.ts';
import { readDetectorFile } from './detector-file.ts';
import { readProgram } from './program-source.ts';

const TIERS = ['S1', 'S2', 'S3', 'S4'] as const;

export const RUN_COMMAND: Command = {
  name: 'run',
  usage: 'TASK',
  summary: 'checks, previews, asks, runs, judges and records one program on a task',
  options: {
    policy: {
      type: 'string',
      value: 'expert|FILE',
      help: 'the program: the reference one, or a TypeScript file',
      default: 'expert',
    },
    tier: { type: 'string', value: 'S1|S2|S3|S4', help: 'which functions the program may call', default: 'S1' },
    seed: { type: 'string', value: 'N', help: 'which world is drawn', default: '0' },
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
    const tier = oneOf('tier', input.text('tier') ?? '', TIERS);
    const approve = oneOf('approve', input.text('approve') ?? '', ['ask', 'auto']);
    const speedScale = wholeNumber('speed', input.text('speed') ?? '', 1, 100) / 100;
    const seed = wholeNumber('seed', input.text('seed') ?? '', 0, Number.MAX_SAFE_INTEGER);
    const detector = readDetector(input.text('detector'), tier);
    const source = openTask(taskName);
    const taskFile = perturbedFile(source.taskFor(seed), input.text('perturb'), seed);
    const program = readProgram(input.text('policy') ?? '', source.name, tier, taskFile.task);
    const session = await Session.open({
      taskFile,
      rigFile: readRig(input.text('rig'), taskFile.task),
      seed,
      tier,
      detector,
      pace: readPace(input.text('pace') ?? ''),
      recordFolder: resolve(input.text('record') ?? episodeFolder()),
      previews: true,
      policy: program.policy,
      events: {
        output: ({ channel, text, line }) => {
          const verb = channel === 'say' ? 'says' : 'prints';
          tell(`  ${verb}${line === undefined ? '' : ` (line ${line})`}: ${printable(text)}`);
        },
        stopped: ({ source, detail }) => tell(`STOPPED by ${source}: ${detail}`),
        recordingFailed: ({ message, hint }) => tell(`${message}\n  ${hint}`),
      },
    });
    const operator = new OperatorInput();
    const interrupt = () => {
      tell('Ctrl-C: stopping.');
      session.stop('Ctrl-C at the command line').catch(() => undefined);
      operator.stop();
    };
    process.on('SIGINT', interrupt);
    try {
      tell(`${taskFile.task.name}, seed ${seed}: ${taskFile.task.instruction.trim()}`);
      const outcome = await supervise(session, program.source, program.origin, {
        approve,
        speedScale,
        operator,
      });
      const picture = input.text('picture');
      if (picture !== undefined) await writePicture(session, picture);
      const end = await session.finish({
        outcome: outcome.success ? 'succeeded' : 'failed',
        stage: outcome.stage ?? undefined,
        message: outcome.message,
      });
      report(outcome, session.episodePath, end.robotTimeS);
      if (end.recordingError !== null) tell(`the recording is incomplete: ${end.recordingError}`);
      if (input.flag('json')) {
        answer({
          task: taskFile.task.name,
          seed,
          tier,
          policy: program.policy,
          ...outcome,
          traceHash: end.traceHash,
          robotTimeS: end.robotTimeS,
          episode: session.episodePath,
        });
      }
      return outcome.success ? 0 : 1;
    } finally {
      process.off('SIGINT', interrupt);
      operator.close();
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
function readPace(text: string): 'fast' | number {
  if (text === 'fast') return 'fast';
  const speed = Number(text);
  if (!(speed > 0 && speed <= 100)) throw new UsageError(`--pace takes "fast" or a number up to 100, not "${text}"`);
  return speed;
}

/** What became of the program. */
interface RunOutcome {
  readonly success: boolean;
  readonly stage: string | null;
  readonly message: string;
  readonly line?: number;
  readonly hint?: string;
  readonly preview?: Omit<PreviewFacts, 'path' | 'startJointsRad'>;
  readonly goal?: readonly { readonly text: string; readonly holds: boolean }[];
  readonly calls?: number;
}

interface Supervision {
  readonly approve: 'ask' | 'auto';
  readonly speedScale: number;
  readonly operator: OperatorInput;
}

type Program = { readonly source: string; readonly origin: 'expert' | 'file' | 'edited' };

async function supervise(
  session: Session,
  source: string,
  origin: Program['origin'],
  how: Supervision,
): Promise<RunOutcome> {
  let program: Program = { source, origin };
  for (;;) {
    const checked = await session.check(program.source, program.origin);
    for (const line of diagnosticLines(checked)) tell(line);
    if (!checked.ok) return checkFailure(checked);
    const block = session.blockOf(program.source, checked);
    const facts = await previewOf(session, block, how);
    if (facts === undefined) return STOPPED_BEFORE_RUN;
    tell(approvalCard(checked, facts, program.source));
    const decision =
      how.approve === 'auto' ? automaticDecision(facts) : await askOperator(how.operator, program.source, facts);
    switch (decision.kind) {
      case 'edit':
        program = { source: decision.source, origin: 'edited' };
        continue;
      case 'reject':
        await session.reject({ kind: how.approve === 'auto' ? 'automatic' : 'person' }, decision.comment);
        return { ...rejection(facts, decision.comment), ...shown(facts) };
      case 'stop':
        if (!how.operator.stopped.aborted) await session.stop('the operator chose stop at the prompt');
        return { ...STOPPED_BEFORE_RUN, ...shown(facts) };
      case 'approve':
        return { ...(await runApproved(session, block, checked, facts, how).catch(refusal)), ...shown(facts) };
    }
  }
}

const STOPPED_BEFORE_RUN: RunOutcome = {
  success: false,
  stage: 'stopped',
  message: 'stopped by the operator; nothing was run',
};

/** A preview that takes longer than this is announced, milliseconds. */
const LONG_PREVIEW_MS = 2500;

/** Facts of the preview; undefined when the operator stops before there are any. */
async function previewOf(
  session: Session,
  block: CheckedBlock,
  { speedScale, operator: { stopped } }: Supervision,
): Promise<PreviewFacts | undefined> {
  const patience = setTimeout(() => tell('the preview is still running; Ctrl-C stops'), LONG_PREVIEW_MS);
  try {
    return await Promise.race([
      session.preview(block, speedScale),
      new Promise<undefined>((resolve) => {
        if (stopped.aborted) resolve(undefined);
        else stopped.addEventListener('abort', () => resolve(undefined), { once: true });
      }),
    ]);
  } finally {
    clearTimeout(patience);
  }
}

/** What the gate would not start, as after a stop that came with the answer, is an outcome like any other. */
function refusal(error: unknown): RunOutcome {
  if (!(error instanceof RemoteError) || error.stage === undefined) throw error;
  return { success: false, stage: error.stage, message: error.message, hint: error.hint };
}

async function runApproved(
  session: Session,
  block: CheckedBlock,
  checked: CheckResult,
  facts: PreviewFacts,
  how: Supervision,
): Promise<RunOutcome> {
  const settings: RunSettings = {
    ...PLAIN_RUN,
    previewId: facts.previewId,
    startJointsRad: facts.startJointsRad,
    speedScale: how.speedScale,
    grants: how.approve === 'ask' ? facts.softExcesses.map(({ limit }) => limit) : [],
  };
  const offer = await session.offer(block, settings);
  await session.approve(
    offer,
    how.approve === 'auto' ? { kind: 'automatic', name: '--approve auto' } : { kind: 'person', name: operatorName() },
    facts.previewId,
    how.speedScale,
  );
  const ended: BlockReport = await session.run(block, offer.offerId, settings, checked);
  if (ended.failure !== undefined) {
    const { stage = 'code', message, line, hint } = ended.failure;
    return { success: false, stage, message, line, hint, calls: ended.calls };
  }
  const verdict = await session.judge();
  const unmet = verdict.parts.filter(({ holds }) => !holds).map(({ text }) => text);
  return {
    success: verdict.success,
    stage: verdict.success ? null : 'placement',
    message: verdict.success
      ? 'the goal holds, judged from the settled world'
      : `the program ended, but the goal does not hold: ${unmet.join('; ') || 'things still move'}`,
    goal: verdict.parts,
    calls: ended.calls,
  };
}

function automaticDecision(facts: PreviewFacts) {
  if (facts.outcome === 'skipped') return { kind: 'reject', comment: 'there is no preview to go by' } as const;
  if (facts.outcome !== 'passed') return { kind: 'reject', comment: 'the preview failed' } as const;
  if (facts.softExcesses.length > 0)
    return { kind: 'reject', comment: 'a soft limit needs a person to approve it' } as const;
  return { kind: 'approve' } as const;
}

function checkFailure(checked: CheckResult): RunOutcome {
  const first = checked.diagnostics.find(({ severity }) => severity === 'error');
  return {
    success: false,
    stage: 'check',
    message: first?.message ?? 'the check failed',
    line: first?.line,
    hint: first?.hint,
  };
}

/** A rejected block failed where its preview failed; a good one was rejected. */
function rejection(facts: PreviewFacts, comment: string): RunOutcome {
  if (facts.failure === undefined) return { success: false, stage: 'rejected', message: comment };
  const { stage = 'code', message, line, hint } = facts.failure;
  return {
    success: false,
    stage,
    message: `in the preview: ${message.replace(/[.\s]*$/, '.')} Nothing was run.`,
    line,
    hint,
  };
}

function shown(facts: PreviewFacts): Pick<RunOutcome, 'preview'> {
  const { path: _path, startJointsRad: _start, ...preview } = facts;
  return { preview };
}

function report(outcome: RunOutcome, episode: string | null, robotTimeS: number): void {
  const { success, stage, message, line, hint, goal } = outcome;
  for (const { text, holds } of goal ?? []) tell(`  ${holds ? 'yes' : 'NO '}  ${text}`);
  if (success) tell(`SUCCESS after ${robotTimeS.toFixed(1)} s of robot time: ${message}`);
  else {
    tell(`FAILED at ${stage}${line === undefined ? '' : `, line ${line}`}: ${printable(message)}`);
    if (hint !== undefined && hint !== '') tell(`  next: ${printable(hint)}`);
  }
  if (episode !== null) tell(`episode: ${episode}`);
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

function operatorName(): string {
  return process.env.USER ?? process.env.USERNAME ?? 'operator';
}
