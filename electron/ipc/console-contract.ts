// Owns every message between a console window and the session process: what the session is doing, what the operator is
// asked, and what a window may ask for. Plain data that any browser can parse. Stops, resets, beats and the lease have
// sockets of their own, straight to the robot host (cell-sockets.ts), and must never be found here.

import { z } from 'zod';
import { previewSchema } from '../../drivers/episode/messages.ts';
import { LIMIT_NAMES } from '../../drivers/gate/envelope.ts';
import type { Contract, Frozen } from './rpc.ts';

export const CONSOLE_PROTOCOL = 1;

/** Where the page is served; the sockets of the session process hang below it. */
export const CONSOLE_SOCKET = '/ws';
/** Episode files, with byte ranges: `/episodes/<id>.mcap`; the token goes in the header `authorization: Bearer`. */
export const EPISODE_FILES = '/episodes/';

/** First message of a window on its socket; anything else closes it. */
export const helloSchema = z.object({
  kind: z.literal('hello'),
  version: z.literal(CONSOLE_PROTOCOL),
  token: z.string().min(1).max(200),
  /** One name for all sockets of a window, drawn by it at random; a reload keeps it. */
  client: z.string().regex(/^[\w-]{8,64}$/),
});

export const CONSOLE_TIERS = ['S1', 'S2', 'S3', 'S4', 'M1', 'M2', 'M3', 'M4'] as const;

const diagnosticSchema = z.object({
  line: z.int(),
  column: z.int(),
  endLine: z.int(),
  endColumn: z.int(),
  severity: z.enum(['error', 'warning']),
  code: z.string(),
  message: z.string(),
  hint: z.string(),
});
export type ConsoleDiagnostic = Frozen<z.infer<typeof diagnosticSchema>>;

/** What the check read from a program's text alone. */
const effectsSchema = z.object({
  calls: z.array(
    z.object({
      name: z.string(),
      risk: z.string(),
      lines: z.array(z.int()),
      repeatedLines: z.array(z.int()),
    }),
  ),
  objectNames: z.array(z.string()),
  computedNameLines: z.array(z.int()),
  imports: z.array(z.string()),
  loops: z.array(
    z.object({
      line: z.int(),
      endLine: z.int(),
      kind: z.enum(['bounded', 'unbounded']),
      waits: z.enum(['inside', 'never']),
    }),
  ),
});

export const checkSummarySchema = z.object({
  ok: z.boolean(),
  diagnostics: z.array(diagnosticSchema),
  effects: effectsSchema,
  /** Functions that are called and nobody has declared. */
  missingFunctions: z.array(z.string()),
});
export type CheckSummary = Frozen<z.infer<typeof checkSummarySchema>>;

/** Facts of the run in the twin, never a program's or a model's claims. How the arms stand lies in the episode. */
const cardPreviewSchema = previewSchema.omit({ block: true, postures: true }).extend({
  softExcesses: z.array(
    z.object({ limit: z.enum(LIMIT_NAMES), value: z.number(), soft: z.number(), where: z.string() }),
  ),
  calls: z.int().nonnegative(),
});
export type CardPreview = Frozen<z.infer<typeof cardPreviewSchema>>;

export const ORIGINS = ['expert', 'file', 'model', 'operator', 'edited'] as const;

/** What the operator is asked: one block, once. */
export const proposalSchema = z.object({
  /** Of this question; an edit makes a new one. */
  id: z.string(),
  /** Number of the block, from 0. */
  block: z.int().nonnegative(),
  source: z.string(),
  sha256: z.string(),
  origin: z.enum(ORIGINS),
  /** What its author says about it, shown apart and marked as a claim; empty when nothing was said. */
  claim: z.string(),
  check: checkSummarySchema,
  /** Null where this session makes no preview; the block then cannot run on a real arm. */
  preview: cardPreviewSchema.nullable(),
  /** Why the preview no longer holds, as "the robot has moved since"; null while it does. A stale one must be renewed. */
  stale: z.string().nullable(),
  /** What the check has against the operator's own edit; the edit was dropped, the block before it stands. */
  refusedEdit: z.object({ source: z.string(), check: checkSummarySchema }).nullable(),
  /** The block before this one, to show what has changed; null for the first. */
  previous: z.object({ source: z.string(), preview: cardPreviewSchema.nullable() }).nullable(),
});
export type ConsoleProposal = Frozen<z.infer<typeof proposalSchema>>;

/** How an approved block is run: in one go, asking before each motion, or only while the operator holds the key down. */
export const RUN_MODES = ['run', 'step', 'hold'] as const;

export const decisionSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('approve'),
    mode: z.enum(RUN_MODES),
    /** The operator's speed: share of the robot's limits, in (0, 1]. It must be the one of the preview. */
    speedScale: z.number().positive().max(1),
    /** Stop at the first line whose outcome the preview could not know. */
    pauseAtUnknown: z.boolean(),
  }),
  z.object({ kind: z.literal('edit'), source: z.string().max(200_000) }),
  /** @property findings of the critics that its author is to hear of. */
  z.object({
    kind: z.literal('reject'),
    comment: z.string().max(20_000),
    findings: z.array(z.string().max(2000)).max(50),
  }),
]);
export type ConsoleDecision = Frozen<z.infer<typeof decisionSchema>>;

const failureSchema = z.object({
  stage: z.string(),
  code: z.string(),
  message: z.string(),
  hint: z.string(),
  line: z.int().positive().nullable(),
});

const verdictSchema = z.object({
  success: z.boolean(),
  message: z.string(),
  parts: z.array(z.object({ text: z.string(), holds: z.boolean() })),
});

/** What the session is doing. It tells what the window may offer; nothing here moves a robot. */
export const PHASES = [
  /** No cell is open. */
  'empty',
  'opening',
  /** A cell is open and nothing is under way: an instruction or a program is welcome. */
  'idle',
  /** A model is asked. */
  'writing',
  'checking',
  'previewing',
  /** The operator is asked; `proposal` says what. */
  'asking',
  'running',
  /** The world comes to rest and is judged. */
  'judging',
  /** A stop is latched: nothing runs until a person resets it. */
  'stopped',
  /** The episode is complete; the cell can be opened again. */
  'ended',
] as const;
export type Phase = (typeof PHASES)[number];

export const capsSchema = z.object({
  costUsd: z.number().nonnegative().optional(),
  calls: z.number().nonnegative().optional(),
  tokens: z.number().nonnegative().optional(),
  turns: z.number().nonnegative().optional(),
  wallS: z.number().nonnegative().optional(),
});

export const budgetSchema = z.object({
  costUsd: z.number(),
  unpricedCalls: z.int().nonnegative(),
  calls: z.int().nonnegative(),
  tokens: z.number(),
  turns: z.int().nonnegative(),
  wallS: z.number(),
  caps: capsSchema,
});

/** Who writes the programs: the task's reference program, the operator, or a model by its full name. */
export const writerSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('expert') }),
  z.object({ kind: z.literal('operator') }),
  z.object({
    kind: z.literal('model'),
    /** "anthropic:NAME", "openai:NAME" or "URL#NAME". */
    name: z.string().min(1),
    /** Describes pictures at the tiers M3 and M4; null for the same model. */
    vision: z.string().nullable(),
    /** Candidates per turn; 1 asks once. */
    ensemble: z.int().min(1).max(16),
  }),
]);
export type Writer = Frozen<z.infer<typeof writerSchema>>;

export const cellChoiceSchema = z.object({
  task: z.string(),
  tier: z.enum(CONSOLE_TIERS),
  seed: z.int().nonnegative(),
  writer: writerSchema,
  caps: capsSchema,
});
export type CellChoice = Frozen<z.infer<typeof cellChoiceSchema>>;

/** An open cell, and where its robot host listens. */
const openCellSchema = z.object({
  /** Of the episode. */
  id: z.string(),
  choice: cellChoiceSchema,
  title: z.string(),
  instruction: z.string(),
  arms: z.int(),
  robotId: z.string(),
  robotKind: z.enum(['simulated', 'real']),
  /** Names that may be named in an instruction; empty above tier S1. */
  objects: z.array(z.string()),
  /** Address of the robot host's sockets, as "ws://127.0.0.1:40123", and what opens them. */
  sockets: z.object({ url: z.string(), token: z.string() }),
  /** Block that runs or comes next, from 0. */
  block: z.int().nonnegative(),
  /** The operator's speed for the next preview and run. */
  speedScale: z.number().positive().max(1),
  startedAt: z.string(),
});

/** Everything a window needs to show where the session is; what happened lies in the episode. */
export const consoleStateSchema = z.object({
  phase: z.enum(PHASES),
  cell: openCellSchema.nullable(),
  proposal: proposalSchema.nullable(),
  /** Turn of the model, from 1, and the most there may be; null without a model. */
  turn: z.object({ number: z.int().nonnegative(), of: z.int().positive() }).nullable(),
  budget: budgetSchema.nullable(),
  /** What takes time now, as "previewing block 2"; a share in 0..1 where it is known. */
  work: z
    .object({ what: z.string(), sinceMs: z.number(), share: z.number().nullable(), cancellable: z.boolean() })
    .nullable(),
  /** How the last block ended. */
  lastBlock: z
    .object({
      block: z.int(),
      outcome: z.enum(['succeeded', 'failed', 'rejected', 'stopped']),
      failure: failureSchema.nullable(),
    })
    .nullable(),
  verdict: verdictSchema.nullable(),
  /** The last thing that went wrong outside of a block, in words; null once something else has worked. */
  problem: z.object({ code: z.string(), message: z.string(), hint: z.string() }).nullable(),
  /** What the phase 'ended' left behind: the episode, and what to open to have the same cell again. */
  lastCell: z
    .object({
      id: z.string(),
      /** Path below EPISODE_FILES. */
      file: z.string(),
      title: z.string(),
      choice: cellChoiceSchema,
      outcome: z.enum(['succeeded', 'failed', 'interrupted']),
      message: z.string(),
    })
    .nullable()
    .optional(),
});
export type ConsoleState = Frozen<z.infer<typeof consoleStateSchema>>;
export type OpenCell = NonNullable<ConsoleState['cell']>;

const taskSummarySchema = z.object({
  name: z.string(),
  title: z.string(),
  instruction: z.string(),
  goal: z.string(),
  suite: z.string(),
  arms: z.int(),
  /** Tiers at which it can be opened; those in `experts` have a reference program. */
  tiers: z.array(z.enum(CONSOLE_TIERS)),
  experts: z.array(z.enum(CONSOLE_TIERS)),
});
export type TaskSummary = Frozen<z.infer<typeof taskSummarySchema>>;

const episodeSummarySchema = z.object({
  id: z.string(),
  /** Path below EPISODE_FILES. */
  file: z.string(),
  byteLength: z.number(),
  task: z.string(),
  seed: z.int(),
  tier: z.string(),
  policy: z.string(),
  instruction: z.string(),
  robotId: z.string(),
  robotKind: z.enum(['simulated', 'real']),
  started: z.string(),
  outcome: z.string(),
  stage: z.string().nullable(),
  robotDurationS: z.number().nullable(),
  complete: z.boolean(),
  /** Given by people, after the run. */
  mark: z.enum(['success', 'failure']).nullable(),
  tags: z.array(z.string()),
  notes: z.string(),
});
export type ConsoleEpisode = Frozen<z.infer<typeof episodeSummarySchema>>;

const skillSchema = z.object({
  name: z.string(),
  exports: z.array(z.string()),
  documentation: z.string(),
  source: z.string(),
  state: z.string(),
  provenance: z.string(),
});
export type ConsoleSkill = Frozen<z.infer<typeof skillSchema>>;

const benchRowSchema = z.object({
  task: z.string(),
  tier: z.string(),
  policy: z.string(),
  trials: z.int(),
  successes: z.int(),
  wilson95: z.tuple([z.number(), z.number()]),
  failures: z.record(z.string(), z.int()),
  realTimeFactor: z.number().nullable(),
});

const benchSchema = z.object({
  id: z.string(),
  state: z.enum(['running', 'done', 'failed', 'cancelled']),
  tasks: z.array(z.string()),
  tier: z.string(),
  policy: z.string(),
  trials: z.int(),
  seed0: z.int(),
  done: z.int(),
  of: z.int(),
  /** Seconds, as far as can be said. */
  leftS: z.number().nullable(),
  rows: z.array(benchRowSchema),
  message: z.string(),
  startedAt: z.string(),
});
export type ConsoleBench = Frozen<z.infer<typeof benchSchema>>;

/** The keys themselves never leave the session process; a window learns only where one comes from. */
const settingsSchema = z.object({
  providers: z.array(
    z.object({
      provider: z.string(),
      key: z.enum(['none', 'environment', 'keychain', 'this session']),
    }),
  ),
  /** Whether keys can be kept: only the shell has a keychain. */
  canKeepKeys: z.boolean(),
  writer: writerSchema,
  caps: capsSchema,
  notes: z.string(),
  useNotes: z.boolean(),
  folders: z.object({ home: z.string(), episodes: z.string() }),
  versions: z.record(z.string(), z.string()),
  shell: z.enum(['browser', 'desktop']),
});
export type ConsoleSettings = Frozen<z.infer<typeof settingsSchema>>;

const nothing = z.object({});
const episodeId = z.object({ id: z.string() });

export const CONSOLE_CONTRACT = {
  requests: {
    state: { params: nothing, result: consoleStateSchema },
    tasks: { params: nothing, result: z.object({ tasks: z.array(taskSummarySchema) }) },
    /** A picture of what the task draws for a seed. */
    taskPicture: {
      params: z.object({ task: z.string(), seed: z.int().nonnegative() }),
      result: z.object({ pngBase64: z.string() }),
    },

    // --- by the holder of the lease only ---
    /** Opens a cell; one that is open is finished first, with its episode complete. */
    openCell: { params: cellChoiceSchema, result: nothing },
    /** Judges the world, completes the episode and closes the cell. */
    endCell: { params: nothing, result: nothing },
    /** Words for the writer: the model goes to work on them; the expert writes its program. */
    instruct: { params: z.object({ text: z.string().max(20_000) }), result: nothing },
    /** A program of the operator's own: checked, previewed, and put before the operator. */
    submit: { params: z.object({ source: z.string().max(200_000) }), result: nothing },
    /** Answers the question `proposalId` about exactly the bytes with this hash. */
    decide: {
      params: z.object({ proposalId: z.string(), sha256: z.string(), decision: decisionSchema }),
      result: nothing,
    },
    /** Makes the preview of the open question anew, at this speed. */
    renewPreview: {
      params: z.object({ proposalId: z.string(), speedScale: z.number().positive().max(1) }),
      result: nothing,
    },
    setSpeed: { params: z.object({ speedScale: z.number().positive().max(1) }), result: nothing },
    /** Said while no question is open; it reaches the writer with the next story and decides nothing. */
    remark: { params: z.object({ text: z.string().max(20_000) }), result: nothing },
    /** A block that puts back what the last ones have moved; offered like any other. */
    proposeUndo: { params: nothing, result: nothing },
    /** Ends what `work` names: a request to a model, a check, a preview. A running block is ended by Stop alone. */
    cancel: { params: nothing, result: nothing },
    /** Lets the world settle and judges the task's goal. */
    judge: { params: nothing, result: verdictSchema },

    // --- by anybody ---
    /** For the editor: what the check says of a text that is not offered. */
    check: { params: z.object({ source: z.string().max(200_000) }), result: checkSummarySchema },
    /** The functions of the open cell's tier: signature and documentation for hover and completion. */
    api: {
      params: nothing,
      result: z.object({
        version: z.string(),
        functions: z.array(
          z.object({ name: z.string(), signature: z.string(), documentation: z.string(), risk: z.string() }),
        ),
        modules: z.array(z.object({ specifier: z.string(), declarations: z.string() })),
      }),
    },
    /** The task's reference program at the open tier; null where there is none. */
    expert: { params: nothing, result: z.object({ source: z.string().nullable() }) },
    /** What the cell's cameras see now, with the noise of the sensors. Takes no robot time. */
    look: {
      params: nothing,
      result: z.object({ views: z.array(z.object({ camera: z.string(), pngBase64: z.string() })) }),
    },

    episodes: {
      params: nothing,
      result: z.object({ episodes: z.array(episodeSummarySchema), skipped: z.array(z.string()) }),
    },
    annotateEpisode: {
      params: episodeId.extend({
        mark: z.enum(['success', 'failure']).nullable().optional(),
        tags: z.array(z.string().max(60)).max(50).optional(),
        notes: z.string().max(20_000).optional(),
      }),
      result: nothing,
    },
    /** Moves an episode to the trash of the library, from where it can be restored. */
    deleteEpisode: { params: episodeId, result: nothing },
    restoreEpisode: { params: episodeId, result: nothing },
    skills: { params: nothing, result: z.object({ skills: z.array(skillSchema) }) },

    benches: { params: nothing, result: z.object({ benches: z.array(benchSchema) }) },
    startBench: {
      params: z.object({
        tasks: z.array(z.string()).min(1),
        tier: z.enum(CONSOLE_TIERS),
        trials: z.int().min(1).max(10_000),
        seed0: z.int().nonnegative(),
        workers: z.int().min(1).max(64).nullable(),
      }),
      result: z.object({ id: z.string() }),
    },
    cancelBench: { params: z.object({ id: z.string() }), result: nothing },
    compareBenches: { params: z.object({ a: z.string(), b: z.string() }), result: z.object({ text: z.string() }) },

    settings: { params: nothing, result: settingsSchema },
    changeSettings: {
      params: settingsSchema.pick({ writer: true, caps: true, notes: true, useNotes: true }).partial(),
      result: settingsSchema,
    },
    /** Keeps a key for this session, and in the keychain where there is one; an empty key forgets it. */
    setKey: { params: z.object({ provider: z.string(), key: z.string().max(1000) }), result: settingsSchema },
    /** Asks the provider for one word, and says in words what is wrong. */
    testModel: {
      params: z.object({ model: z.string() }),
      result: z.object({ ok: z.boolean(), message: z.string(), hint: z.string() }),
    },
  },
  notices: {},
  events: {
    /** The whole state, after every change. */
    state: consoleStateSchema,
    /** A piece of a model's reply as it arrives; the whole of it comes with the episode. 'restart' voids the pieces so far. */
    modelPiece: z.object({
      purpose: z.string(),
      turn: z.int().nonnegative(),
      kind: z.enum(['text', 'reasoning', 'restart']),
      text: z.string(),
    }),
    bench: benchSchema,
    /** Something worth a glance that asks for nothing. */
    notice: z.object({ level: z.enum(['info', 'warning', 'error']), message: z.string(), hint: z.string() }),
  },
} as const satisfies Contract;
