// Owns the log of everything that happened as lines of text, out of a story; and its report without secrets. Pure.

import type { Story, StoryBlock } from '../../source/story.ts';
import { clockTime } from '../../source/time-words.ts';

export const LOG_LEVELS = ['info', 'warning', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LogEntry {
  readonly timeS: number;
  readonly level: LogLevel;
  /** Who speaks, as "call", "gate", "program". */
  readonly from: string;
  readonly block: number | undefined;
  readonly line: number | undefined;
  readonly text: string;
}

const known = new WeakMap<Story, readonly LogEntry[]>();

/** In order of time; made once per story. */
export function logEntries(story: Story): readonly LogEntry[] {
  const before = known.get(story);
  if (before !== undefined) return before;
  const entries: LogEntry[] = story.blocks.flatMap(blockEntries);
  const add = (timeS: number, level: LogLevel, from: string, text: string, block?: number) =>
    entries.push({ timeS, level, from, block, line: undefined, text });
  for (const { timeS, message } of story.turns) {
    const { event, turn, decision, outcome, message: words } = message;
    const bad = decision === 'malformed' || outcome === 'model' || outcome === 'budget';
    add(timeS, bad ? 'warning' : 'info', 'turn', sentence(`Turn ${turn} ${event}`, decision ?? outcome, words));
  }
  for (const { timeS, message } of story.models) {
    const { error, reply, purpose, model } = message;
    const words = error === undefined ? `answered in ${reply?.durationS.toFixed(1) ?? '?'} s` : error.message;
    add(timeS, error === undefined ? 'info' : 'error', 'model', `${model}, ${purpose}: ${words}`);
  }
  for (const { timeS, message } of story.gate) {
    const bad = message.event === 'refused' || message.event === 'latched';
    const level = bad ? 'error' : message.event === 'warning' ? 'warning' : 'info';
    add(timeS, level, 'gate', sentence(message.event, message.code, message.message), message.block);
  }
  for (const { timeS, message } of story.stops) {
    const rest = message.restConfirmed ? 'rest confirmed' : 'rest not confirmed';
    const sent = message.sent ? 'sent to the robot' : 'not sent to the robot';
    add(timeS, 'error', 'stop', `Stop by ${message.source}: ${message.reason}; ${sent}, ${rest}`);
  }
  for (const { timeS, message } of story.remarks) add(timeS, 'info', 'operator', message.text, message.block);
  for (const { timeS, message } of story.ensembles) add(timeS, 'info', 'ensemble', message.reason);
  for (const { timeS, message } of story.log) {
    const bad = message.level === 'error' || message.level === 'fatal';
    add(
      timeS,
      bad ? 'error' : message.level === 'warning' ? 'warning' : 'info',
      message.name || 'log',
      message.message,
    );
  }
  if (story.result !== undefined) {
    const { timeS, message } = story.result;
    const level = message.outcome === 'succeeded' ? 'info' : 'error';
    add(timeS, level, 'episode', sentence(`Episode ${message.outcome}`, message.stage, message.message));
  }
  const sorted = entries.map((entry, place) => ({ entry, place }));
  sorted.sort((a, b) => a.entry.timeS - b.entry.timeS || a.place - b.place);
  const made = sorted.map(({ entry }) => entry);
  known.set(story, made);
  return made;
}

function blockEntries(given: StoryBlock): LogEntry[] {
  const { block, program, check, preview, approval, calls, output, functions, result } = given;
  const entries: LogEntry[] = [];
  const add = (timeS: number, level: LogLevel, from: string, text: string, line?: number) =>
    entries.push({ timeS, level, from, block, line, text });
  const name = program.message.name === undefined ? '' : ` ${program.message.name}`;
  for (const { timeS, message } of functions) add(timeS, 'info', 'function', `${message.name} was written for it`);
  add(program.timeS, 'info', 'program', `Program${name} by ${program.message.origin}`);
  for (const { severity, code, message, line } of check?.message.diagnostics ?? []) {
    add(check!.timeS, severity === 'error' ? 'error' : 'warning', 'check', `${code}: ${message}`, line);
  }
  if (check !== undefined) {
    const failed = check.message.outcome === 'failed';
    add(check.timeS, failed ? 'error' : 'info', 'check', `Check ${check.message.outcome}`);
  }
  if (preview !== undefined) {
    const { outcome, failure, durationS } = preview.message;
    const took = durationS === undefined ? '' : `, ${durationS.toFixed(1)} s of motion`;
    const level = outcome === 'failed' ? 'error' : 'info';
    add(
      preview.timeS,
      level,
      'preview',
      sentence(`Preview ${outcome}${took}`, undefined, failure?.message),
      failure?.line,
    );
  }
  if (approval !== undefined) {
    const { decision, by, comment } = approval.message;
    const level = decision === 'approved' || decision === 'edited' ? 'info' : 'warning';
    add(approval.timeS, level, 'approval', sentence(`${decision} (${by})`, undefined, comment));
  }
  for (const { timeS, message } of calls) {
    const { name: called, line, outcome, error, startTimeS, endTimeS } = message;
    const took = `${(endTimeS - startTimeS).toFixed(2)} s`;
    if (outcome === 'returned') add(timeS, 'info', 'call', `${called}, ${took}`, line);
    else add(timeS, 'error', 'call', sentence(`${called} failed after ${took}`, error?.code, error?.message), line);
  }
  for (const { timeS, message } of output) {
    const level = message.channel === 'error' ? 'error' : message.channel === 'warn' ? 'warning' : 'info';
    add(timeS, level, message.channel === 'say' ? 'says' : 'output', message.text, message.line);
  }
  if (result !== undefined) {
    const { outcome, stage, message, failure } = result.message;
    const level = outcome === 'succeeded' ? 'info' : 'error';
    add(result.timeS, level, 'block', sentence(`Block ${outcome}`, stage, message), failure?.line);
  }
  return entries;
}

function sentence(what: string, code: string | undefined, words: string | undefined): string {
  return `${what}${code === undefined ? '' : ` (${code})`}${words === undefined || words === '' ? '' : `: ${words}`}`;
}

export interface LogFilter {
  readonly text: string;
  readonly level: LogLevel | 'all';
  readonly block: number | 'all';
}

export function filteredLog(entries: readonly LogEntry[], { text, level, block }: LogFilter): readonly LogEntry[] {
  const words = text.trim().toLowerCase();
  const least = level === 'all' ? 0 : LOG_LEVELS.indexOf(level);
  if (words === '' && least === 0 && block === 'all') return entries;
  return entries.filter(
    (entry) =>
      LOG_LEVELS.indexOf(entry.level) >= least &&
      (block === 'all' || entry.block === block) &&
      (words === '' || `${entry.from} ${entry.text}`.toLowerCase().includes(words)),
  );
}

/** Entries as text, for a report to somebody else. */
export function logReport(label: string, entries: readonly LogEntry[], problems: readonly string[]): string {
  const lines = entries.map(({ timeS, level, from, block, line, text }) => {
    const place = `${block === undefined ? '' : ` block ${block + 1}`}${line === undefined ? '' : ` line ${line}`}`;
    return `${clockTime(timeS)} ${level.padEnd(7)} ${from}${place}: ${text}`;
  });
  const lost = problems.length === 0 ? [] : ['', 'Could not be read:', ...problems.map((problem) => `- ${problem}`)];
  return redacted([`Capstan, ${label}`, '', ...lines, ...lost, ''].join('\n'));
}

/** What no report may carry: keys, tokens, passwords in addresses, and whose home folder it was. */
export function redacted(text: string): string {
  return text
    .replace(/\b(?:sk|pk|key|ghp|gho|xox[abp])[-_][\w-]{8,}/gi, '[key]')
    .replace(/\b(bearer|token|api[-_ ]?key|password|secret)(["']?\s*[:= ]\s*["']?)[^\s"',;]{6,}/gi, '$1$2[secret]')
    .replace(/(\w+:\/\/)[^\s/@]+@/g, '$1[secret]@')
    .replace(/(\/(?:home|Users)\/|[A-Za-z]:\\Users\\)[^\s/\\:]+/g, '$1[user]');
}
