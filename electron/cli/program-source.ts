// Owns where a program comes from: the expert of a task, or a file of the user.

import { existsSync, readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Task } from '../../sim/tasks/task-schema.ts';
import { NotFoundError, readExpert } from '../session/installation.ts';

export interface ProgramSource {
  readonly source: string;
  readonly origin: 'expert' | 'file';
  /** For the record: 'expert', or the path of the file. */
  readonly policy: string;
}

/** A file larger than this is no program; it is not even read (bytes). */
const LARGEST_FILE = 64 * 1024 * 1024;

/**
 * @param definition the task that is run, from which the generic expert writes its program
 * @throws NotFoundError when there is no such file or expert, or the file is no text
 */
export function readProgram(policy: string, task: string, tier: string, definition?: Task): ProgramSource {
  if (policy === 'expert') return { source: readExpert(task, tier, definition).source, origin: 'expert', policy };
  const path = resolve(policy);
  if (!existsSync(path) || !statSync(path).isFile()) {
    throw new NotFoundError(`there is no program file ${path}; use "expert" or the path of a TypeScript file`);
  }
  if (statSync(path).size > LARGEST_FILE) throw new NotFoundError(`${path} is no program: it is larger than 64 MB`);
  try {
    return {
      source: new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path)),
      origin: 'file',
      policy: path,
    };
  } catch {
    throw new NotFoundError(`${path} is no program: it is not text in UTF-8`);
  }
}
