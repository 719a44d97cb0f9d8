// Owns the user's settings as CAPSTAN_HOME keeps them: read with care, written whole. Must never hold a key, and never lose a
// file that it cannot read: such a file is kept aside.

import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { LONGEST_NOTES } from '../../skills/agent/notes.ts';
import { type ConsoleSettings, capsSchema, writerSchema } from '../ipc/console-contract.ts';
import { ConsoleRefusal } from './console-refusal.ts';

const FILE = 'settings.json';
/** Beside the settings, as the command line reads it. */
const NOTES_FILE = 'notes.md';

const keptSchema = z.strictObject({
  writer: writerSchema,
  caps: capsSchema,
  useNotes: z.boolean(),
});
type Kept = z.infer<typeof keptSchema>;

export type SettingsChange = Partial<Pick<ConsoleSettings, 'writer' | 'caps' | 'notes' | 'useNotes'>>;

const PRESET: Kept = { writer: { kind: 'expert' }, caps: { costUsd: 2 }, useNotes: true };

export class ConsoleSettingsFile {
  readonly #folder: string;
  #kept: Kept = PRESET;

  /**
   * @param folder CAPSTAN_HOME
   * @param onProblem told in words when the file cannot be used
   */
  constructor(folder: string, onProblem: (message: string, hint: string) => void) {
    this.#folder = folder;
    const path = join(folder, FILE);
    if (!existsSync(path)) return;
    const read = readKept(path);
    if (read.kind === 'good') {
      this.#kept = read.kept;
      if (read.unknown.length === 0) return;
      const names = read.unknown.map((name) => `"${name}"`).join(', ');
      onProblem(
        `${path} has entries that nothing reads: ${names}. They are left out.`,
        'Remove them, or correct their names; the next change of the settings writes the file without them.',
      );
      return;
    }
    const aside = `${path}.damaged-${Date.now()}`;
    try {
      renameSync(path, aside);
      onProblem(`${path} is damaged: ${read.why}. The usual settings hold; the file is kept as ${aside}.`, '');
    } catch {
      onProblem(`${path} is damaged: ${read.why}. The usual settings hold.`, 'Mend the file, or remove it.');
    }
  }

  get writer(): Kept['writer'] {
    return this.#kept.writer;
  }

  get caps(): Kept['caps'] {
    return this.#kept.caps;
  }

  get useNotes(): boolean {
    return this.#kept.useNotes;
  }

  /** The notes of the rig; empty without any. */
  get notes(): string {
    try {
      return readFileSync(join(this.#folder, NOTES_FILE), 'utf8');
    } catch {
      return '';
    }
  }

  /** @throws ConsoleRefusal when it cannot be kept; the settings are as before then */
  change({ notes, ...change }: SettingsChange): void {
    if (notes !== undefined && notes.length > LONGEST_NOTES) {
      throw new ConsoleRefusal(
        'NOTES_TOO_LONG',
        `The notes have ${notes.length} characters; at most ${LONGEST_NOTES} are kept. Nothing was changed.`,
        'Keep what a writer of programs must know.',
      );
    }
    const kept = keptSchema.parse({ ...this.#kept, ...change });
    try {
      mkdirSync(this.#folder, { recursive: true });
      if (notes !== undefined) this.#write(NOTES_FILE, notes);
      this.#write(FILE, `${JSON.stringify(kept, null, 2)}\n`);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : 'unknown fault';
      throw new ConsoleRefusal(
        'NOT_WRITTEN',
        `The settings could not be written (${why}); they are as before.`,
        `Check that ${this.#folder} can be written.`,
      );
    }
    this.#kept = kept;
  }

  /** Whole or not at all, whatever kills the process. */
  #write(name: string, text: string): void {
    const path = join(this.#folder, name);
    const fresh = `${path}.${process.pid}.new`;
    try {
      writeFileSync(fresh, text, { mode: 0o600 });
      renameSync(fresh, path);
    } catch (error) {
      rmSync(fresh, { force: true });
      throw error;
    }
  }
}

type Read =
  | { readonly kind: 'good'; readonly kept: Kept; readonly unknown: readonly string[] }
  | { readonly kind: 'bad'; readonly why: string };

function readKept(path: string): Read {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return { kind: 'bad', why: 'it is no JSON' };
  }
  const whole = z.looseObject({}).safeParse(value);
  if (!whole.success) return { kind: 'bad', why: 'it holds no settings' };
  const known = Object.keys(keptSchema.shape);
  const unknown = Object.keys(whole.data).filter((name) => !known.includes(name));
  const mine = Object.fromEntries(Object.entries(whole.data).filter(([name]) => known.includes(name)));
  const parsed = keptSchema.safeParse({ ...PRESET, ...mine });
  if (parsed.success) return { kind: 'good', kept: parsed.data, unknown };
  const [{ path: at, message }] = parsed.error.issues;
  return { kind: 'bad', why: `${at.join('.')}: ${message}` };
}
