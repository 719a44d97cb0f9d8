// Owns what a command of the command line is, and how it answers: JSON on stdout if asked, everything else on stderr.

import { mkdirSync } from 'node:fs';
import { parseArgs } from 'node:util';

export interface OptionSpec {
  readonly type: 'string' | 'boolean';
  /** Placeholder in the help, as "TASK"; absent for switches. */
  readonly value?: string;
  readonly help: string;
  readonly short?: string;
  readonly default?: string;
}

export interface Command {
  readonly name: string;
  /** Words after the name, as "TASK". */
  readonly usage: string;
  readonly summary: string;
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** @returns the exit code: 0 only when what was asked succeeded */
  run(input: CommandInput): Promise<number>;
}

export interface CommandInput {
  readonly words: readonly string[];
  readonly text: (option: string) => string | undefined;
  readonly flag: (option: string) => boolean;
}

/** What was asked makes no sense; the message says what would. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** @throws UsageError */
export function readInput(command: Command, argv: readonly string[]): CommandInput {
  let parsed: { values: Record<string, string | boolean | (string | boolean)[] | undefined>; positionals: string[] };
  try {
    parsed = parseArgs({
      args: [...argv],
      options: Object.fromEntries(
        Object.entries(command.options).map(([name, { type, short }]) => [
          name,
          short === undefined ? { type } : { type, short },
        ]),
      ),
      allowPositionals: true,
    });
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message.split('. ')[0] : error}\n${usageOf(command)}`);
  }
  return {
    words: parsed.positionals,
    text: (option) => {
      const value = parsed.values[option];
      return typeof value === 'string' ? value : command.options[option]?.default;
    },
    flag: (option) => parsed.values[option] === true,
  };
}

export function usageOf({ name, usage, summary, options }: Command): string {
  const lines = [
    `usage: capstan ${name}${usage === '' ? '' : ` ${usage}`}${Object.keys(options).length > 0 ? ' [options]' : ''}`,
    `  ${summary}`,
  ];
  for (const [option, { value, help, default: preset }] of Object.entries(options)) {
    const left = `  --${option}${value === undefined ? '' : ` ${value}`}`;
    lines.push(`${left.padEnd(26)} ${help}${preset === undefined ? '' : ` (default: ${preset})`}`);
  }
  return lines.join('\n');
}

/** A whole number in a range. @throws UsageError */
export function wholeNumber(option: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < least || value > most) {
    throw new UsageError(`--${option} takes a whole number from ${least} to ${most}, not "${text}"`);
  }
  return value;
}

/** One of a few words. @throws UsageError */
export function oneOf<const Choices extends readonly string[]>(
  option: string,
  text: string,
  choices: Choices,
): Choices[number] {
  const found = choices.find((choice) => choice === text);
  if (found === undefined) throw new UsageError(`--${option} takes one of ${choices.join(', ')}, not "${text}"`);
  return found;
}

/** Makes a folder for results, so that one that cannot be used is known before anything runs. @throws UsageError */
export function makeFolder(option: string, folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new UsageError(
      `--${option}: the folder ${folder} cannot be made (${error instanceof Error ? error.message : error}); name another`,
    );
  }
}

/**
 * Text of a program on one line of a terminal: what could move the cursor, change colours, start a new line or turn the
 * direction of writing is shown as an escape, so that no program can draw a line that Capstan did not write.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    const named = { '\n': '\\n', '\t': '\\t', '\r': '\\r' }[character];
    return named ?? `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
  });
}

/** For people: stderr, so that stdout stays the answer. */
export function tell(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** The answer for programs: one JSON value on stdout. */
export function answer(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}
