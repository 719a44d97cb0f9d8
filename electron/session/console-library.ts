// Owns the library of recorded episodes as people keep it: marks, tags and notes in a file beside each, and a trash from
// which all comes back. Must never write into an episode.

import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { z } from 'zod';
import { type EpisodeSummary, listEpisodes } from '../../drivers/episode/library.ts';
import type { ConsoleEpisode } from '../ipc/console-contract.ts';
import { ConsoleRefusal } from './console-refusal.ts';

/** Behind the name of the episode's file. */
const SIDE_FILE = '.notes.json';

const annotationSchema = z.object({
  mark: z.enum(['success', 'failure']).nullable().catch(null).default(null),
  tags: z.array(z.string()).catch([]).default([]),
  notes: z.string().catch('').default(''),
});
export type Annotation = z.infer<typeof annotationSchema>;

export interface ConsoleLibraryOptions {
  /** Folder of the episodes. */
  readonly folder: string;
  /** Where deleted ones wait, beside the folder: whoever lists the one does not see the other. */
  readonly trash: string;
}

export class ConsoleLibrary {
  readonly #options: ConsoleLibraryOptions;
  /** Files by id, as the last listing found them. */
  #files = new Map<string, string>();

  constructor(options: ConsoleLibraryOptions) {
    this.#options = options;
  }

  /** Newest first; files that cannot be listed, with the reason, in `skipped`. */
  async list(): Promise<{ episodes: ConsoleEpisode[]; skipped: string[] }> {
    const { folder } = this.#options;
    const { episodes, skipped } = await listEpisodes(folder);
    this.#files = new Map(episodes.map(({ info, file }) => [info.id, file]));
    return {
      episodes: episodes.map((one) => ({ ...summaryOf(one, folder), ...readAnnotation(one.file) })),
      skipped: skipped.map(({ file, reason }) => `${basename(file)}: ${reason}`),
    };
  }

  /** @throws ConsoleRefusal */
  async annotate(id: string, change: Partial<Annotation>): Promise<void> {
    const file = await this.#fileOf(id);
    const { mark, tags, notes } = { ...readAnnotation(file), ...given(change) };
    const kept: Annotation = {
      mark,
      tags: [...new Set(tags.map((tag) => tag.trim()).filter((tag) => tag !== ''))].sort(),
      notes,
    };
    const path = file + SIDE_FILE;
    const fresh = `${path}.${process.pid}.new`;
    try {
      writeFileSync(fresh, `${JSON.stringify(kept, null, 2)}\n`);
      renameSync(fresh, path);
    } catch (cause) {
      rmSync(fresh, { force: true });
      throw notWritten('The notes were not kept', cause);
    }
  }

  /** Into the trash. @throws ConsoleRefusal */
  async remove(id: string): Promise<void> {
    const { folder, trash } = this.#options;
    const file = await this.#fileOf(id);
    move(file, join(trash, relative(folder, file)), 'The episode was not deleted');
    this.#files.delete(id);
  }

  /** Out of the trash. @throws ConsoleRefusal when it is not there */
  async restore(id: string): Promise<void> {
    const { folder, trash } = this.#options;
    const { episodes } = await listEpisodes(trash);
    const found = episodes.find(({ info }) => info.id === id);
    if (found === undefined) throw unknown('There is no such episode in the trash');
    move(found.file, join(folder, relative(trash, found.file)), 'The episode was not restored');
  }

  async #fileOf(id: string): Promise<string> {
    const known = this.#files.get(id);
    if (known !== undefined && existsSync(known)) return known;
    await this.list();
    const file = this.#files.get(id);
    if (file === undefined) throw unknown('There is no such episode');
    return file;
  }
}

function summaryOf(one: EpisodeSummary, folder: string): Omit<ConsoleEpisode, keyof Annotation> {
  const { info } = one;
  return {
    id: info.id,
    file: relative(folder, one.file).split(sep).map(encodeURIComponent).join('/'),
    byteLength: one.byteLength,
    task: info.task,
    seed: info.seed ?? 0,
    tier: info.tier,
    policy: info.policy,
    instruction: info.instruction ?? '',
    robotId: info.robotId,
    robotKind: info.robotKind,
    started: one.started,
    outcome: one.outcome,
    stage: one.stage ?? null,
    robotDurationS: one.robotDurationS,
    complete: one.complete,
  };
}

/** Nothing where there is none, or where it is damaged: words about an episode are worth less than the list of them. */
function readAnnotation(file: string): Annotation {
  try {
    return annotationSchema.parse(JSON.parse(readFileSync(file + SIDE_FILE, 'utf8')));
  } catch {
    return { mark: null, tags: [], notes: '' };
  }
}

function given(change: Partial<Annotation>): Partial<Annotation> {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
}

/** An episode with what is beside it. */
function move(from: string, to: string, failure: string): void {
  try {
    mkdirSync(dirname(to), { recursive: true });
    if (existsSync(to)) throw new Error(`there is a file ${basename(to)} already`);
    if (existsSync(from + SIDE_FILE)) renameSync(from + SIDE_FILE, to + SIDE_FILE);
    renameSync(from, to);
  } catch (cause) {
    throw notWritten(failure, cause);
  }
}

function notWritten(what: string, cause: unknown): ConsoleRefusal {
  const why = cause instanceof Error ? cause.message : 'unknown fault';
  return new ConsoleRefusal('NOT_WRITTEN', `${what}: ${why}.`, 'Check that the folder of the episodes can be written.');
}

function unknown(what: string): ConsoleRefusal {
  return new ConsoleRefusal(
    'NO_EPISODE',
    `${what}; it may have been moved or deleted. Nothing was changed.`,
    'Reload the list.',
  );
}
