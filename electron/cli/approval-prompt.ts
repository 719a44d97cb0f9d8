// Owns the approval card of the command line and the question under it: facts first, in words, then one deliberate
// answer. Must never take silence, an unknown answer or the end of the input for a yes.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { CheckResult } from '../../skills/check/check-result.ts';
import type { PreviewFacts } from '../ipc/robot-host-contract.ts';
import { printable, tell } from './command.ts';

export type Decision =
  | { readonly kind: 'approve' }
  | { readonly kind: 'edit'; readonly source: string }
  | { readonly kind: 'reject'; readonly comment: string }
  | { readonly kind: 'stop' };

const HEADINGS = {
  none: '--- no preview ---',
  copied: '--- preview in the twin ---',
  perceived: '--- preview in a twin built from what was perceived ---',
} as const;

export function diagnosticLines({ diagnostics }: CheckResult): string[] {
  return diagnostics.map(
    ({ line, column, severity, message, hint, code }) =>
      `${severity} at line ${line}, column ${column}: ${printable(message)} [${code}]${hint === '' ? '' : `\n  next: ${printable(hint)}`}`,
  );
}

/** What check and preview found, and what they could not know; without a preview, what the code alone says. */
export function approvalCard(checked: CheckResult, facts: PreviewFacts, source: string): string {
  const { effects } = checked;
  const lines = ['', HEADINGS[facts.outcome === 'skipped' ? 'none' : (facts.world ?? 'copied')]];
  const calls = effects.calls.map(({ name, risk, lines: at }) => `${name} x${at.length} (${risk})`);
  lines.push(row('calls', calls.join(', ') || 'none'));
  if (effects.objectNames.length > 0) lines.push(row('objects', effects.objectNames.join(', ')));
  if (facts.outcome === 'skipped') {
    lines.push(row('known', `nothing in advance: ${facts.failure?.message ?? 'no preview was run'}`));
    lines.push(row('limits', 'every motion still passes the gate: room, speed, force, calls and time of the rig'));
    return lines.join('\n');
  }
  if (facts.durationS !== undefined) lines.push(row('duration', `${facts.durationS.toFixed(1)} s of robot time`));
  if (facts.topToolSpeedMPerS !== undefined)
    lines.push(row('top speed', `${facts.topToolSpeedMPerS.toFixed(2)} m/s at the fingertip`));
  if (facts.workspace !== undefined) {
    const { min, max } = facts.workspace;
    lines.push(
      row(
        'space',
        `${[0, 1, 2].map((axis) => `${'xyz'[axis]} ${min[axis].toFixed(2)}..${max[axis].toFixed(2)}`).join(', ')} m`,
      ),
    );
  }
  for (const { object, timeS, widthM, arm } of facts.grips ?? []) {
    const by = arm === undefined ? '' : ` by the ${arm} arm`;
    lines.push(row('grip', `${object}${by} at ${timeS.toFixed(1)} s, ${(widthM * 1000).toFixed(0)} mm wide`));
  }
  const contacts = (facts.contacts ?? []).filter(({ kind }) => kind === 'unexpected');
  lines.push(
    row(
      'contacts',
      contacts.length === 0
        ? 'none unexpected'
        : contacts.map(({ a, b, timeS }) => `${a} with ${b} at ${timeS.toFixed(2)} s`).join(', '),
    ),
  );
  for (const { limit, value, soft, where } of facts.softExcesses) {
    const asked = Number(value.toPrecision(4));
    lines.push(row('asks for', `${limit} ${asked}, over the soft limit ${soft}: ${where}; to approve is to allow it`));
  }
  for (const { critic, message, line } of facts.findings ?? []) {
    lines.push(row('look at', `${line === undefined ? '' : `line ${line}: `}${message} [${critic}]`));
  }
  for (const text of facts.output ?? []) lines.push(row('prints', text));
  lines.push(...knowledge(checked, facts).map((text) => row('known', text)));
  lines.push(...outcomeLines(facts, source));
  return lines.join('\n');
}

function row(label: string, text: string): string {
  return `  ${label.padEnd(10)} ${printable(text)}`;
}

/** Lines of API calls by what the preview knows of them, and what motions go by. */
function knowledge({ effects }: CheckResult, { lines = [], world, motions }: PreviewFacts): string[] {
  const calling = new Set(effects.calls.flatMap(({ lines: at }) => at));
  const of = (kind: string) => lines.filter(({ knowledge: known }) => known === kind);
  const reached = new Set(lines.filter(({ knowledge: kind }) => kind !== 'not-reached').map(({ line }) => line));
  const missed = [...calling].filter((line) => !reached.has(line)).sort((a, b) => a - b);
  const rest = missed.length === 0 ? 'none left out' : `not reached: line ${missed.join(', ')}`;
  const exact = `${of('exact').length} of ${calling.size} calling lines exact`;
  if (world !== 'perceived') return [`${exact} (the twin copies the world), ${rest}`];
  const predicted = `${of('predicted').length} predicted (the twin is built from what the cameras saw), ${rest}`;
  if (motions === undefined || motions.count === 0) return [`${exact}, ${predicted}`];
  const { count, onPredictedLooks } = motions;
  const depends = `${onPredictedLooks} of ${count} motions depend on what the camera sees after the first touch`;
  return [`${exact}, ${predicted}`, depends];
}

function outcomeLines({ outcome, failure, predictedSuccess }: PreviewFacts, source: string): string[] {
  if (failure === undefined) {
    const goal = { yes: 'the goal would hold', no: 'the goal would NOT hold', unknown: 'the goal was not judged' };
    return [row('outcome', `${outcome}; ${goal[predictedSuccess ?? 'unknown']}`)];
  }
  const { stage, line, message, hint } = failure;
  const text = line === undefined ? undefined : source.split('\n')[line - 1]?.trim();
  const place = line === undefined ? '' : `, line ${line}${text === undefined ? '' : `: ${text}`}`;
  const lines = [row('outcome', `FAILED at ${stage ?? 'code'}${place}`), row('', message)];
  return hint === undefined ? lines : [...lines, row('', `next: ${hint}`)];
}

/** The operator's answers, line by line; one for the whole session, so that no line is lost between two questions. */
export class OperatorInput {
  readonly #lines: string[] = [];
  #waiting: ((line: string | undefined) => void) | undefined;
  #reader: Interface | undefined;
  #ended = false;
  readonly #stop = new AbortController();

  /** Fires when the operator stops, whether a question is open or not. */
  get stopped(): AbortSignal {
    return this.#stop.signal;
  }

  /** Notes the operator's stop and ends the input: an open question gets no other answer. */
  stop(): void {
    this.#lines.length = 0;
    this.#ended = true;
    this.#stop.abort();
    this.#answer(undefined);
  }

  /** The next line; undefined once the input has ended. */
  async ask(question: string): Promise<string | undefined> {
    this.#open();
    process.stderr.write(question);
    const line = this.#lines.shift() ?? (this.#ended ? undefined : await this.#nextLine());
    if (line === undefined) tell('');
    return line;
  }

  #nextLine(): Promise<string | undefined> {
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  close(): void {
    this.#reader?.close();
  }

  #open(): void {
    if (this.#reader !== undefined) return;
    this.#reader = createInterface({ input: process.stdin });
    this.#reader.on('line', (line) => {
      if (this.#waiting === undefined) this.#lines.push(line);
      else this.#answer(line);
    });
    this.#reader.once('close', () => {
      this.#ended = true;
      this.#answer(undefined);
    });
  }

  #answer(line: string | undefined): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.(line);
  }
}

/** Asks until there is a clear answer. The end of the input is a rejection, Ctrl-C a stop. */
export async function askOperator(input: OperatorInput, source: string, facts: PreviewFacts): Promise<Decision> {
  const warning = {
    passed: '',
    failed: 'The preview did not pass. ',
    skipped: 'Nothing was previewed. ',
  }[facts.outcome];
  for (;;) {
    const reply = await input.ask(`${warning}[a]pprove, [e]dit, [r]eject, [s]top? `);
    switch (reply?.trim().toLowerCase()) {
      case undefined:
        if (input.stopped.aborted) return { kind: 'stop' };
        return { kind: 'reject', comment: 'the input ended without an answer' };
      case 'a':
      case 'approve':
        return { kind: 'approve' };
      case 's':
      case 'stop':
        return { kind: 'stop' };
      case 'r':
      case 'reject': {
        const comment = await input.ask('why (for the record)? ');
        return input.stopped.aborted ? { kind: 'stop' } : { kind: 'reject', comment: comment || 'no reason given' };
      }
      case 'e':
      case 'edit': {
        const edited = editProgram(source);
        if (edited !== undefined) return { kind: 'edit', source: edited };
        break;
      }
      default:
        tell('Answer a, e, r or s.');
    }
  }
}

function editProgram(source: string): string | undefined {
  const editor = process.env.VISUAL || process.env.EDITOR;
  if (editor === undefined || editor === '') {
    tell('Set EDITOR to the editor to use, then run again; or edit the file and run it with --policy FILE.');
    return undefined;
  }
  const folder = mkdtempSync(join(tmpdir(), 'capstan-'));
  const file = join(folder, 'program.ts');
  try {
    writeFileSync(file, source);
    // By a shell, because EDITOR may hold options, as in "code --wait".
    const [shell, ...words] =
      process.platform === 'win32'
        ? ['cmd.exe', '/d', '/s', '/c', `${editor} "${file}"`]
        : ['sh', '-c', `${editor} "$1"`, 'sh', file];
    const { status, error } = spawnSync(shell, words, { stdio: 'inherit', windowsVerbatimArguments: true });
    if (error !== undefined || status !== 0) {
      tell(
        `The editor "${editor}" failed${error === undefined ? '' : `: ${error.message}`}; the program is unchanged.`,
      );
      return undefined;
    }
    return readFileSync(file, 'utf8');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
