// Owns `capstan replay`: what an episode holds, and with --verify the proof that running it again gives the same
// motion, bit for bit.

import { resolve } from 'node:path';
import type { CallMessage } from '../../drivers/episode/messages.ts';
import { openFileSource } from '../../drivers/episode/node-file-source.ts';
import { type Episode, readEpisode } from '../../drivers/episode/reader.ts';
import { FAILURE_STAGES } from '../../drivers/failure-stage.ts';
import { canonicalJson } from '../../drivers/gate/canonical-json.ts';
import { LIMIT_NAMES } from '../../drivers/gate/envelope.ts';
import { parseRig } from '../../drivers/rig/rig-file.ts';
import { parseTask } from '../../sim/tasks/parse-task.ts';
import { ASK_NAMES } from '../../skills/api/ask-functions.ts';
import { type Asker, callOf, noModel } from '../../skills/api/asks.ts';
import { PolicyError } from '../../skills/api/errors.ts';
import { PLAIN_RUN, type RunSettings } from '../session/cell.ts';
import { VERSION } from '../session/installation.ts';
import { ASKS_A_MODEL, MODEL_SERVERS, Session } from '../session/session.ts';
import { answer, type Command, printable, tell, UsageError } from './command.ts';

export const REPLAY_COMMAND: Command = {
  name: 'replay',
  usage: 'EPISODE',
  summary: 'shows what an episode holds; --verify runs it again and compares the motion',
  options: {
    verify: { type: 'boolean', help: 'run the recorded programs again and compare trace hashes' },
    json: { type: 'boolean', help: 'print the answer as JSON on stdout' },
  },
  run: async (input) => {
    const [file, ...more] = input.words;
    if (file === undefined || more.length > 0) throw new UsageError('name one episode file');
    const source = await openFileSource(resolve(file));
    try {
      const episode = await readEpisode(source);
      const summary = await summarise(episode);
      for (const line of summary.lines) tell(line);
      if (!input.flag('verify')) {
        if (input.flag('json')) answer(summary.facts);
        return 0;
      }
      const verified = await verify(episode);
      tell(verified.message);
      if (input.flag('json')) answer({ ...summary.facts, verified });
      return verified.same ? 0 : 1;
    } finally {
      await source.close();
    }
  },
};

async function summarise(episode: Episode) {
  const { info, outcome, complete, problems, duration } = episode;
  const lines = [
    info === null
      ? 'this file was cut before it says what it is'
      : `${info.task}, seed ${info.seed ?? '-'}, ${info.robotKind} ${info.robotId}, tier ${info.tier}, program: ${info.policy}`,
  ];
  const counts: Record<string, number> = {};
  for await (const { topic, timeS, message } of episode.messages()) {
    counts[topic] = (counts[topic] ?? 0) + 1;
    if (topic === '/call') {
      lines.push(
        `  ${timeS.toFixed(2).padStart(7)} s  line ${String(message.line ?? '-').padStart(3)}  ${message.name} ${message.outcome}`,
      );
    } else if (topic === '/stop')
      lines.push(`  ${timeS.toFixed(2).padStart(7)} s  STOP by ${message.source}: ${message.reason}`);
    else if (topic === '/output')
      lines.push(`  ${timeS.toFixed(2).padStart(7)} s  ${message.channel}: ${printable(message.text)}`);
  }
  const end =
    outcome === null
      ? 'interrupted'
      : `${outcome.outcome}${outcome.stage ? ` at ${outcome.stage}` : ''}: ${outcome.message}`;
  lines.push(`  ${duration.robotS.toFixed(2)} s of robot time; ${end}`);
  if (!complete) lines.push('  the file is cut; everything before the cut is shown');
  lines.push(...problems.map((problem) => `  ${problem}`));
  const seedText = info === null ? null : { ...info, startedNs: info.startedNs.toString() };
  return { lines, facts: { info: seedText, outcome, complete, problems, messages: counts } };
}

interface Verification {
  readonly same: boolean;
  readonly recorded: string | null;
  readonly again: string | null;
  readonly message: string;
}

async function verify(episode: Episode): Promise<Verification> {
  const { info, outcome } = episode;
  const recorded = outcome?.traceHash ?? null;
  const cannot = (why: string): Verification => ({
    same: false,
    recorded,
    again: null,
    message: `cannot be verified: ${why}`,
  });
  if (info === null || info.seed === null) return cannot('the file does not say which world it began in');
  if (info.robotKind !== 'simulated') return cannot('a real robot never moves the same twice');
  if (info.versions.detector === MODEL_SERVERS) {
    return cannot('model servers found things for it, and what they answered is not in the record');
  }
  if (recorded === null) return cannot('the recording was interrupted before the end, so it has no trace hash');
  const stopped: string[] = [];
  for await (const { message } of episode.messages('/stop')) stopped.push(message.stopId);
  if (stopped.length > 0) return cannot('it was stopped from outside, at an instant no program can repeat');
  for await (const { message } of episode.messages('/driver')) {
    if (message.driver === 'operator') return cannot(`${message.by} drove the arm by hand in it`);
  }

  const text = async (name: string) => {
    const attachment = episode.attachments.find((one) => one.name === name);
    return attachment === undefined ? undefined : new TextDecoder().decode(await attachment.read());
  };
  const taskText = await text('task.yaml');
  const rigText = await text('rig.yaml');
  if (taskText === undefined || rigText === undefined) return cannot('the file lacks its task or its rig');
  const ran = new Set<number>();
  for await (const { message } of episode.messages('/gate')) {
    if (message.event === 'opened' && message.block !== undefined) ran.add(message.block);
  }
  if (ran.size === 0) return cannot('nothing was run in it');
  const programs = new Map<number, string>();
  for await (const { message } of episode.messages('/program')) programs.set(message.block, message.source);
  const approved = new Map<number, Pick<RunSettings, 'speedScale' | 'grants'>>();
  for await (const { message } of episode.messages('/approval')) {
    if (message.decision !== 'approved') continue;
    const grants = LIMIT_NAMES.filter((name) => message.grants?.includes(name));
    approved.set(message.block, { speedScale: message.speedScale ?? 1, grants });
  }
  let judged = false;
  for await (const { message } of episode.messages('/result'))
    judged ||= message.scope === 'episode' && message.judged === true;

  const session = await Session.open({
    taskFile: { task: parseTask(taskText, 'task.yaml'), text: taskText, path: 'task.yaml' },
    rigFile: { rig: parseRig(rigText, 'rig.yaml'), text: rigText, path: 'rig.yaml' },
    seed: info.seed,
    tier: info.tier as 'S1',
    pace: 'fast',
    recordFolder: null,
    previews: false,
    asks: info.versions.questions === ASKS_A_MODEL,
    policy: info.policy,
    events: {},
  });
  session.answerWith(await recordedAnswers(episode));
  try {
    for (const block of [...ran].sort((a, b) => a - b)) {
      const source = programs.get(block);
      if (source === undefined) return cannot(`the program of block ${block + 1} is missing`);
      const checked = await session.check(source, 'file');
      if (!checked.ok) return cannot(`block ${block + 1} no longer passes the check of this version (${VERSION})`);
      const prepared = session.blockOf(source, checked);
      const settings = { ...PLAIN_RUN, ...approved.get(block) };
      const offer = await session.offer(prepared, settings);
      await session.approve(offer, { kind: 'automatic', name: 'replay --verify' }, settings);
      await session.run(prepared, offer.offerId, settings, checked);
    }
    if (judged) await session.judge();
    const { traceHash: again } = await session.finish({ outcome: 'succeeded', message: 'verification' });
    const same = again === recorded;
    const versions =
      info.versions.capstan === VERSION ? '' : ` (recorded by version ${info.versions.capstan}, this is ${VERSION})`;
    const message = same
      ? `verified: running it again gave the same motion, bit for bit (${again.slice(0, 16)})`
      : `NOT the same: recorded ${recorded.slice(0, 16)}, again ${again.slice(0, 16)}${versions}`;
    return { same, recorded, again, message };
  } finally {
    await session.close();
  }
}

/** Answers what programs asked as the record has it: of each call, and again where it was asked again. */
async function recordedAnswers(episode: Episode): Promise<Asker> {
  const answers = new Map<string, CallMessage>();
  for await (const { message } of episode.messages('/call')) {
    if (ASK_NAMES.includes(message.name)) answers.set(canonicalJson([message.name, message.arguments]), message);
  }
  return {
    ask: async (question) => {
      const call = answers.get(canonicalJson([...callOf(question)]));
      if (call === undefined) throw noModel();
      if (call.outcome === 'returned') return call.result;
      const stage = FAILURE_STAGES.find((one) => one === call.error?.stage) ?? 'model';
      const { code = 'MODEL_FAILED', message = '', hint = '' } = call.error ?? {};
      throw new PolicyError({ code, stage, message, hint });
    },
  };
}
