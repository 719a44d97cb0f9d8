// Owns `capstan mcp`: a session whose programs an outside agent writes, over stdio or a loopback port, and the operator's
// terminal on the other side. Must never let the agent's side answer for the operator.

import { openSync } from 'node:fs';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { ReadStream, WriteStream } from 'node:tty';
import { AgentDesk } from '../mcp/agent-desk.ts';
import { agentServer } from '../mcp/agent-server.ts';
import { type HttpDoor, openHttpDoor } from '../mcp/http-door.ts';
import { episodeFolder, openTask, readRig } from '../session/installation.ts';
import { AutomaticOperator } from '../session/operator.ts';
import { Session } from '../session/session.ts';
import { SessionWorkbench } from '../session/session-workbench.ts';
import { approvalCard } from './approval-prompt.ts';
import { answer, type Command, oneOf, printable, UsageError, wholeNumber } from './command.ts';
import { numbered, OperatorInput, type OperatorTerminal, OWN_TERMINAL, PromptOperator } from './prompt-operator.ts';
import { readPace } from './run-command.ts';
import { judged, outcomeInWords, type RunOutcome } from './run-outcome.ts';

const TIERS = ['S1', 'S2', 'S3', 'S4'] as const;
/** What is under way when the session ends is sent within this time, milliseconds. */
const LAST_WORDS_MS = 500;

export const MCP_COMMAND: Command = {
  name: 'mcp',
  usage: 'TASK',
  summary: 'lets an outside agent write the programs of a session, while the operator at this terminal decides',
  options: {
    tier: { type: 'string', value: 'S1|S2|S3|S4', help: 'which functions the programs may call', default: 'S1' },
    seed: { type: 'string', value: 'N', help: 'which world is drawn', default: '0' },
    http: { type: 'string', value: 'PORT', help: 'listen on this loopback port, 0 for any (default: stdio)' },
    token: { type: 'string', value: 'T', help: 'with --http: what the agent must show (default: a random one)' },
    approve: { type: 'string', value: 'ask|auto', help: 'who approves; auto only in simulation', default: 'ask' },
    speed: { type: 'string', value: 'PERCENT', help: 'share of the full speed, 1 to 100', default: '100' },
    pace: {
      type: 'string',
      value: 'fast|N',
      help: 'as fast as the machine allows, or N times real time',
      default: 'fast',
    },
    record: { type: 'string', value: 'DIR', help: 'folder of the episode (default: the episodes of CAPSTAN_HOME)' },
    rig: { type: 'string', value: 'FILE', help: 'rig file (default: the simulated cell)' },
    json: { type: 'boolean', help: 'with --http: print the result as JSON on stdout' },
  },
  run: async (input) => {
    const [taskName, ...more] = input.words;
    if (taskName === undefined || more.length > 0) throw new UsageError('name one task, as in: capstan mcp cube-lift');
    const tier = oneOf('tier', input.text('tier') ?? '', TIERS);
    const seed = wholeNumber('seed', input.text('seed') ?? '', 0, Number.MAX_SAFE_INTEGER);
    const port = input.text('http') === undefined ? null : wholeNumber('http', input.text('http') ?? '', 0, 65_535);
    if (port === null && input.text('token') !== undefined) throw new UsageError('--token needs --http');
    if (port === null && input.flag('json')) throw new UsageError('--json needs --http: on stdio the agent has stdout');
    const approve = oneOf('approve', input.text('approve') ?? '', ['ask', 'auto']);
    const speedScale = wholeNumber('speed', input.text('speed') ?? '', 1, 100) / 100;
    const taskFile = openTask(taskName).taskFor(seed);
    const terminal = port === null ? controllingTerminal(approve) : OWN_TERMINAL;
    const tell = (text: string) => terminal.show(`${text}\n`);
    const recordFolder = resolve(input.text('record') ?? episodeFolder());
    const session = await Session.open({
      taskFile,
      rigFile: readRig(input.text('rig'), taskFile.task),
      seed,
      tier,
      pace: readPace(input.text('pace') ?? ''),
      recordFolder,
      previews: true,
      policy: 'outside agent',
      events: {
        output: ({ channel, text, line }) => {
          const verb = channel === 'say' ? 'says' : 'prints';
          tell(`  ${verb}${line === undefined ? '' : ` (line ${line})`}: ${printable(text)}`);
        },
        stopped: ({ source, detail }) => tell(`STOPPED by ${source}: ${detail}; "reset" allows new programs`),
        recordingFailed: ({ message, hint }) => tell(`${message}\n  ${hint}`),
      },
    });
    const operatorInput = new OperatorInput(terminal);
    const workbench = new SessionWorkbench({
      session,
      tier,
      operator:
        approve === 'auto'
          ? new AutomaticOperator('--approve auto', (proposal) =>
              tell(`${numbered(proposal.source)}\n${approvalCard(proposal)}`),
            )
          : new PromptOperator(operatorInput, 'shown', 'hears'),
      previews: true,
      speedScale,
      origin: 'model',
      onStep: (step) => {
        operatorInput.setRunning(step === 'running');
        desk.noteStep(step);
      },
    });
    const judge = async (): Promise<RunOutcome> =>
      session.stopped.aborted
        ? { success: false, stage: 'stopped', message: `stopped: ${session.stopped.reason}; the arm is still` }
        : judged(session);
    const desk = new AgentDesk({ session, workbench, taskFile, seed, tier, episodes: recordFolder, judge });
    let end: (why: 'operator' | 'agent left') => void = () => undefined;
    const ended = new Promise<'operator' | 'agent left'>((resolve) => {
      end = resolve;
    });
    let door: HttpDoor | undefined;
    const commands: Readonly<Record<string, () => Promise<unknown>>> = {
      stop: () => session.stop('the operator typed stop'),
      reset: async () => {
        for (const { id } of session.stops) await session.reset(id, process.env.USER ?? 'operator');
        tell('reset: nothing moves until a new program is approved');
      },
      undo: async () => {
        const story = await workbench.proposeUndo(UNTIL_STOPPED);
        tell(
          story.kind === 'refused' ? story.reason : story.kind === 'ran' ? 'the undo has ended' : 'nothing was undone',
        );
      },
      release: async () => door?.release(),
      end: async () => end('operator'),
    };
    operatorInput.hear((text) => {
      const command = Object.hasOwn(commands, text) ? commands[text] : undefined;
      const work = command === undefined ? workbench.remark(text) : command();
      work.catch((error: unknown) => tell(error instanceof Error ? error.message : String(error)));
    }, 'heard');
    const interrupt = () => {
      if (session.stopped.aborted) return end('operator');
      tell('Ctrl-C: stopping. Again to end the session.');
      session.stop('Ctrl-C at the command line').catch(() => undefined);
    };
    process.on('SIGINT', interrupt);
    try {
      tell(`${taskFile.task.name}, seed ${seed}, tier ${tier}: ${taskFile.task.instruction.trim()}`);
      tell(
        'You decide about every program. At any time: stop, reset, undo, end; anything else is a remark to the agent.',
      );
      if (port === null) await serveStdio(desk, () => end('agent left'));
      else {
        door = await openHttpDoor({
          port,
          token: input.text('token'),
          onAgent: async (transport) => (await agentServer(desk)).connect(transport),
        });
        tell(`waiting for an agent at ${door.url}\n  Authorization: Bearer ${door.token}`);
      }
      const finished = await Promise.race([desk.done, ended]);
      const outcome = typeof finished === 'string' ? await judge() : finished;
      const { robotTimeS, traceHash, recordingError } = await session.finish({
        outcome: outcome.success ? 'succeeded' : 'failed',
        stage: outcome.stage ?? undefined,
        message: outcome.message,
      });
      for (const line of outcomeInWords(outcome, session.episodePath, robotTimeS)) tell(line);
      if (recordingError !== null) tell(`the recording is incomplete: ${recordingError}`);
      if (input.flag('json')) {
        answer({
          task: taskFile.task.name,
          seed,
          tier,
          ...outcome,
          traceHash,
          robotTimeS,
          episode: session.episodePath,
        });
      }
      if (typeof finished !== 'string') await new Promise((resolve) => setTimeout(resolve, LAST_WORDS_MS));
      return outcome.success ? 0 : 1;
    } finally {
      process.off('SIGINT', interrupt);
      await door?.close();
      operatorInput.close();
      await session.close();
      // A terminal of our own, and on stdio the agent's end of the pipe, would keep the process for ever.
      if (port === null) process.stdin.destroy();
      if (terminal !== OWN_TERMINAL) terminal.input.destroy();
    }
  },
};

/** Nothing withdraws what the operator asks for; a stop ends it by itself. */
const UNTIL_STOPPED = new AbortController().signal;

/** Speaks with the agent over stdin and stdout. */
async function serveStdio(desk: AgentDesk, onLeft: () => void): Promise<void> {
  const { StdioServerTransport } = await import('@modelcontextprotocol/sdk/server/stdio.js');
  const server = await agentServer(desk);
  await server.connect(new StdioServerTransport());
  process.stdin.once('end', onLeft);
  process.stdin.once('close', onLeft);
}

/**
 * The terminal of this process, whatever its stdin and stdout are: on stdio they are the agent's.
 * @throws UsageError when there is none
 */
function controllingTerminal(approve: 'ask' | 'auto'): OperatorTerminal {
  try {
    const input = new ReadStream(openSync('/dev/tty', 'r'));
    const output = new WriteStream(openSync('/dev/tty', 'w'));
    return { input, show: (text) => void output.write(text) };
  } catch {
    // Nobody has to answer; what happens is told where errors go.
    if (approve === 'auto') return { ...OWN_TERMINAL, input: Readable.from([]) };
    throw new UsageError(
      'over stdio the operator answers at the terminal of this process, and it has none. Start "capstan mcp TASK --http 0" in a terminal of yours and give the agent its address and token; or use --approve auto in simulation.',
    );
  }
}
