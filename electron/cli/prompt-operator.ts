// Owns the operator at the command line: the card, the question under it and one deliberate answer; what is typed while no
// question is open is a remark. Must never take silence, an unknown answer, a remark or the end of the input for a yes.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { Readable } from 'node:stream';
import { type Decision, findingInWords, type Operator, type Proposal } from '../session/operator.ts';
import type { Decider } from '../session/session.ts';
import { approvalCard, diagnosticLines } from './approval-prompt.ts';
import { printable } from './command.ts';

/** Where an operator types, and where questions are shown. */
export interface OperatorTerminal {
  readonly input: Readable & { readonly isTTY?: boolean };
  show(text: string): void;
}

export const OWN_TERMINAL: OperatorTerminal = {
  input: process.stdin,
  show: (text) => {
    process.stderr.write(text);
  },
};

/** What the operator types, line by line; one for the whole session, so that no line is lost between two questions. */
export class OperatorInput {
  readonly #terminal: OperatorTerminal;
  readonly #lines: string[] = [];
  #waiting: ((line: string | undefined) => void) | undefined;
  #onRemark: ((text: string) => void) | undefined;
  #running = false;
  #unasked: 'heard' | 'kept';
  #reader: Interface | undefined;
  #ended = false;

  constructor(terminal = OWN_TERMINAL) {
    this.#terminal = terminal;
    this.#unasked = terminal.input.isTTY === true ? 'heard' : 'kept';
  }

  /**
   * Whose ear remarks reach: lines typed while no question is open. A terminal's line is never kept for a question that
   * its writer has not seen; what a file or a pipe holds waits for its questions, except while a block runs.
   * @param unasked 'heard' keeps no line for a later question, wherever it comes from
   */
  hear(onRemark: (text: string) => void, unasked = this.#unasked): void {
    this.#onRemark = onRemark;
    this.#unasked = unasked;
    this.#open();
  }

  /** Whether a block runs. */
  setRunning(running: boolean): void {
    this.#running = running;
  }

  /** The next line; undefined once the input has ended or the signal fires. */
  async ask(question: string, signal: AbortSignal): Promise<string | undefined> {
    this.#open();
    if (signal.aborted) return undefined;
    this.#terminal.show(question);
    const line = this.#lines.shift() ?? (this.#ended ? undefined : await this.#nextLine(signal));
    if (line === undefined) this.#terminal.show('\n');
    return line;
  }

  /** A line, or several, on the operator's screen. */
  tell(text: string): void {
    this.#terminal.show(`${text}\n`);
  }

  close(): void {
    this.#reader?.close();
  }

  #nextLine(signal: AbortSignal): Promise<string | undefined> {
    return new Promise((resolve) => {
      const giveUp = () => this.#answer(undefined);
      signal.addEventListener('abort', giveUp, { once: true });
      this.#waiting = (line) => {
        signal.removeEventListener('abort', giveUp);
        resolve(line);
      };
    });
  }

  #open(): void {
    if (this.#reader !== undefined) return;
    this.#reader = createInterface({ input: this.#terminal.input });
    this.#reader.on('line', (line) => this.#take(line));
    this.#reader.once('close', () => {
      this.#ended = true;
      this.#answer(undefined);
    });
  }

  #take(line: string): void {
    if (this.#waiting !== undefined) this.#answer(line);
    else if (this.#running || this.#unasked === 'heard') {
      if (line.trim() !== '') this.#onRemark?.(line.trim());
    } else this.#lines.push(line);
  }

  #answer(line: string | undefined): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.(line);
  }
}

/** A program as an operator reads it: its lines with their numbers, nothing in them hidden. */
export function numbered(source: string): string {
  const lines = source.replace(/\n$/, '').split('\n');
  return [
    '',
    ...lines.map((text, index) => `${String(index + 1).padStart(4)}  ${printable(text.replaceAll('\t', '  '))}`),
  ].join('\n');
}

/** A person at a terminal. The end of the input is a rejection, Ctrl-C a stop. */
export class PromptOperator implements Operator {
  readonly by: Decider;
  readonly #input: OperatorInput;
  readonly #code: 'shown' | 'known';
  readonly #writer: 'hears' | 'deaf';

  /**
   * @param code 'shown' where the operator has not seen the program otherwise
   * @param writer 'hears' where a model or an agent writes the programs, and can be told of findings
   */
  constructor(input: OperatorInput, code: 'shown' | 'known' = 'known', writer: 'hears' | 'deaf' = 'deaf') {
    this.#input = input;
    this.#code = code;
    this.#writer = writer;
    this.by = { kind: 'person', name: process.env.USER ?? process.env.USERNAME ?? 'operator' };
  }

  async decide(proposal: Proposal, signal: AbortSignal): Promise<Decision> {
    const { source, preview, refusedEdit, refusedUndo, canUndo } = proposal;
    const tell = (text: string) => this.#input.tell(text);
    const found = this.#writer === 'hears' ? (preview?.findings ?? []).map(findingInWords) : [];
    let findings: readonly string[] | undefined;
    if (refusedUndo !== undefined) tell(`${refusedUndo} The program above is unchanged.`);
    else if (refusedEdit === undefined) {
      if (this.#code === 'shown') tell(numbered(source));
      tell(approvalCard(proposal));
    } else {
      for (const line of diagnosticLines(refusedEdit)) tell(line);
      tell('The edited program does not pass the check and was dropped; the one above is unchanged.');
    }
    const warning =
      preview === null || preview.outcome === 'skipped'
        ? 'Nothing was previewed. '
        : preview.outcome === 'passed'
          ? ''
          : 'The preview did not pass. ';
    for (;;) {
      const more = `${found.length > 0 && findings === undefined ? ', [t]ell of findings' : ''}${canUndo === true ? ', [u]ndo the last' : ''}`;
      const reply = await this.#input.ask(`${warning}[a]pprove, [e]dit, [r]eject${more}, [s]top? `, signal);
      const heard = findings === undefined ? {} : { findings };
      switch (reply?.trim().toLowerCase()) {
        case undefined:
          return { kind: 'reject', comment: 'the input ended without an answer' };
        case 'a':
        case 'approve':
          return { kind: 'approve', ...heard };
        case 's':
        case 'stop':
          return { kind: 'stop' };
        case 'r':
        case 'reject':
          return {
            kind: 'reject',
            comment: (await this.#input.ask('why (for the record)? ', signal)) || 'no reason given',
            ...heard,
          };
        case 't':
        case 'tell':
          if (found.length === 0) break;
          findings = found;
          tell(`With your answer the writer of the program hears of ${found.length === 1 ? 'this' : 'these'}:`);
          for (const text of found) tell(`  ${printable(text)}`);
          break;
        case 'u':
        case 'undo':
          if (canUndo === true) return { kind: 'undo' };
          tell('No program has run yet: there is nothing to undo.');
          break;
        case 'e':
        case 'edit': {
          const edited = editProgram(source, tell);
          if (edited !== undefined) return { kind: 'edit', source: edited, ...heard };
          break;
        }
        default:
          tell('Answer a, e, r or s.');
      }
    }
  }
}

function editProgram(source: string, tell: (text: string) => void): string | undefined {
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
