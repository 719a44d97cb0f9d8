// Owns the two metadata records that say what an episode is and how it ended, and the name of its file. MCAP metadata
// holds text only; this is the one place that turns it into numbers and back. Must never hold message data.

import { z } from 'zod';
import { FAILURE_STAGES } from '../failure-stage.ts';

/** Profile in the header of every file; tells Capstan's files from other MCAP files. */
export const EPISODE_PROFILE = 'capstan';
/** Raised when an older reader would misread a file. */
export const FORMAT_VERSION = 1;

export const INFO_RECORD = 'episode';
export const OUTCOME_RECORD = 'outcome';
export const RECOVERED_RECORD = 'recovered';

/** What is known when a recording starts. */
export interface EpisodeInfo {
  /** Unique; 8 hexadecimal digits or more. */
  readonly id: string;
  readonly task: string;
  /** Null where nothing was drawn from a seed, as on a real robot. */
  readonly seed: number | null;
  readonly robotId: string;
  readonly robotKind: 'simulated' | 'real';
  readonly tier: string;
  /** Who wrote the program: 'expert', a file, or PROVIDER:NAME of a model. */
  readonly policy: string;
  readonly operator?: string;
  /** What the robot was asked to do. */
  readonly instruction?: string;
  /** Versions of software, models and descriptions by name, as { capstan: '0.1.0' }. */
  readonly versions: Readonly<Record<string, string>>;
}

/** How an episode ended. */
export interface EpisodeOutcome {
  readonly outcome: 'succeeded' | 'failed';
  /** The stage of the failure. */
  readonly stage?: (typeof FAILURE_STAGES)[number];
  readonly message: string;
  /** SHA-256 of the motion and calls, hexadecimal. */
  readonly traceHash?: string;
}

/** The information as a file gives it back. */
export interface RecordedInfo extends EpisodeInfo {
  readonly formatVersion: number;
  /** Start of the recording (UTC), nanoseconds since 1970; robot time 0 of every stamp in the file. */
  readonly startedNs: bigint;
}

export interface RecordedOutcome extends EpisodeOutcome {
  /** Robot time from the first to the last message, seconds. */
  readonly robotDurationS: number;
  /** State samples given up because the disk could not follow. */
  readonly droppedSamples: number;
}

type Values = Readonly<Record<string, string>>;

const VERSION_PREFIX = 'version.';

export function infoToValues(info: EpisodeInfo, startedNs: bigint): Values {
  return {
    formatVersion: String(FORMAT_VERSION),
    id: info.id,
    task: info.task,
    seed: info.seed === null ? '' : String(info.seed),
    robotId: info.robotId,
    robotKind: info.robotKind,
    tier: info.tier,
    policy: info.policy,
    operator: info.operator ?? '',
    instruction: info.instruction ?? '',
    startedNs: String(startedNs),
    started: new Date(Number(startedNs / 1_000_000n)).toISOString(),
    ...Object.fromEntries(Object.entries(info.versions).map(([name, version]) => [VERSION_PREFIX + name, version])),
  };
}

const wholeText = z.string().regex(/^\d{1,20}$/);
const infoSchema = z.object({
  formatVersion: wholeText.transform(Number),
  id: z.string(),
  task: z.string(),
  seed: z.union([z.literal('').transform(() => null), wholeText.transform(Number)]),
  robotId: z.string(),
  robotKind: z.enum(['simulated', 'real']),
  tier: z.string(),
  policy: z.string(),
  operator: z.string().optional(),
  instruction: z.string().optional(),
  startedNs: wholeText.transform(BigInt),
});

/** Throws an Error that names the first field that is missing or malformed. */
export function infoFromValues(values: Values): RecordedInfo {
  const { operator, instruction, ...rest } = parse(infoSchema, values);
  return {
    ...rest,
    ...(operator ? { operator } : {}),
    ...(instruction ? { instruction } : {}),
    versions: Object.fromEntries(
      Object.entries(values)
        .filter(([name]) => name.startsWith(VERSION_PREFIX))
        .map(([name, version]) => [name.slice(VERSION_PREFIX.length), version]),
    ),
  };
}

export function outcomeToValues(outcome: RecordedOutcome): Values {
  return {
    outcome: outcome.outcome,
    stage: outcome.stage ?? '',
    message: outcome.message,
    traceHash: outcome.traceHash ?? '',
    robotDurationS: String(outcome.robotDurationS),
    droppedSamples: String(outcome.droppedSamples),
  };
}

const outcomeSchema = z.object({
  outcome: z.enum(['succeeded', 'failed']),
  stage: z.union([z.literal(''), z.enum(FAILURE_STAGES)]).optional(),
  message: z.string(),
  traceHash: z.string().optional(),
  robotDurationS: z.string().transform(Number).pipe(z.number().nonnegative()),
  droppedSamples: wholeText.transform(Number),
});

/** Throws an Error that names the first field that is missing or malformed. */
export function outcomeFromValues(values: Values): RecordedOutcome {
  const { stage, traceHash, ...rest } = parse(outcomeSchema, values);
  return { ...rest, ...(stage ? { stage } : {}), ...(traceHash ? { traceHash } : {}) };
}

function parse<Schema extends z.ZodType>(schema: Schema, values: Values): z.infer<Schema> {
  const parsed = schema.safeParse(values);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new Error(`${issue.path.join('.')}: ${issue.message}`);
}

/** `episode-<UTC timestamp>-<task>-<short id>.mcap`, safe on every file system and sorted by date. */
export function episodeFileName(info: EpisodeInfo, startedNs: bigint): string {
  const timestamp = new Date(Number(startedNs / 1_000_000n)).toISOString().replace(/[-:]/g, '').replace(/\.\d+/, '');
  const task = info.task
    .replace(/[^A-Za-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 60);
  return `episode-${timestamp}-${task}-${info.id.replace(/[^A-Za-z0-9]+/g, '').slice(0, 8)}.mcap`;
}
