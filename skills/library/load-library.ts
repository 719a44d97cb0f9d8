// Owns the reading of the skill library: every entry checked against its schema and its digest before anyone sees it.
// Must never run a skill.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type LibraryEntry, skillRecordSchema } from './skill-entry.ts';

/** The skills that come with the repository: read-only. */
function repositoryEntries(): string {
  const candidates = ['./entries', '../skills/library/entries'].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  );
  for (const folder of candidates) {
    try {
      readdirSync(folder);
      return folder;
    } catch {
      // the next place
    }
  }
  throw new Error(`the skill library is missing: it belongs in ${candidates[0]}`);
}

export class LibraryError extends Error {
  override readonly name = 'LibraryError';
}

function readText(file: string): string {
  try {
    // The digest is of the text, however a checkout ends its lines.
    return readFileSync(file, 'utf8').replaceAll('\r\n', '\n');
  } catch {
    throw new LibraryError(`${file} cannot be read: a skill has skill.json, skill.ts, skill.md and tests.ts`);
  }
}

function parseRecord(file: string): unknown {
  try {
    return JSON.parse(readText(file));
  } catch (error) {
    if (error instanceof LibraryError) throw error;
    throw new LibraryError(`${file} is no JSON: ${error instanceof Error ? error.message : 'unknown fault'}`);
  }
}

function loadEntry(folder: string, name: string): LibraryEntry {
  const at = (file: string) => join(folder, name, file);
  const outcome = skillRecordSchema.safeParse(parseRecord(at('skill.json')));
  if (!outcome.success) {
    const [issue] = outcome.error.issues;
    throw new LibraryError(`${at('skill.json')}: ${issue.path.join('.') || 'the record'} ${issue.message}`);
  }
  const record = outcome.data;
  if (record.name !== name) {
    throw new LibraryError(`${at('skill.json')}: name is "${record.name}", the folder is "${name}"; they must be one`);
  }
  const code = readText(at('skill.ts'));
  const sha256 = createHash('sha256').update(code).digest('hex');
  if (sha256 !== record.sha256) {
    throw new LibraryError(
      `${at('skill.ts')} is not the code its record names (sha256 ${sha256}). If the change is meant, raise version and put this sha256 into skill.json.`,
    );
  }
  return { record, code, tests: readText(at('tests.ts')), documentation: readText(at('skill.md')) };
}

/**
 * All skills of a folder, in the order of their names.
 * @param folder one folder per skill; those that come with the repository unless given
 * @throws LibraryError that names the file and the fix
 */
export function loadLibrary(folder: string = repositoryEntries()): LibraryEntry[] {
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  return names.map((name) => loadEntry(folder, name));
}
