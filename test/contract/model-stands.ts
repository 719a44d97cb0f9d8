// Owns the stands on which every provider is tested: its stand-in server, and a model opened at it. Must never know a
// particular case.

import { Budget } from '../../skills/agent/budget.ts';
import type { MeteredModel } from '../../skills/agent/metered-model.ts';
import type { ModelRequest, ReplyPiece } from '../../skills/agent/model.ts';
import { type ModelAccess, type OpenModelOptions, openModel } from '../../skills/agent/open-model.ts';
import { startAnthropicWire } from '../fixtures/wire/anthropic-wire.ts';
import { startOpenAiWire } from '../fixtures/wire/openai-wire.ts';
import type { WireServer } from '../fixtures/wire/wire-server.ts';

/** Keys no test server may give away; the pattern is that of the vendors' keys. */
export const KEYS = { anthropic: 'sk-ant-test-5e5a3e', openai: 'sk-test-5e5a3e', server: 'local-5e5a3e' };

export interface ModelStand {
  readonly provider: string;
  start(): Promise<WireServer>;
  /** The name of a model at the server, and how it is reached. */
  place(server: WireServer): { readonly name: string; readonly access: ModelAccess };
  /** What the vendor says at the end of a reply that is cut off at the token limit. */
  readonly tokenLimit: string;
  /** The end of a reply that was refused. */
  readonly refused: string;
  readonly key: string;
  /** An error as the vendor words it. */
  error(type: string, message: string, code?: string): unknown;
}

const openAiError = (type: string, message: string, code?: string) => ({
  error: { message, type, param: null, code: code ?? null },
});

export const STANDS: readonly ModelStand[] = [
  {
    provider: 'anthropic',
    start: () => startAnthropicWire({ key: KEYS.anthropic }),
    place: ({ url }) => ({
      name: 'anthropic:claude-opus-5',
      access: { anthropicKey: KEYS.anthropic, anthropicUrl: url },
    }),
    tokenLimit: 'max_tokens',
    refused: 'refusal',
    key: KEYS.anthropic,
    error: (type, message) => ({ type: 'error', error: { type, message }, request_id: 'req_1' }),
  },
  {
    provider: 'openai',
    start: () => startOpenAiWire({ key: KEYS.openai }),
    place: ({ url }) => ({ name: 'openai:gpt-5.4', access: { openaiKey: KEYS.openai, openaiUrl: `${url}/v1` } }),
    tokenLimit: 'length',
    refused: 'content_filter',
    key: KEYS.openai,
    error: openAiError,
  },
  {
    provider: 'a compatible server',
    start: () => startOpenAiWire({ key: KEYS.server, reasoningField: 'reasoning' }),
    place: ({ url }) => ({ name: `${url}/v1#qwen3:8b`, access: { serverKey: KEYS.server } }),
    tokenLimit: 'length',
    refused: 'content_filter',
    key: KEYS.server,
    error: openAiError,
  },
];

/** Quick tries again, and patience with a slow machine. */
export const QUICK = {
  retry: { attempts: 3, firstWaitS: 0.001, longestWaitS: 0.002, totalWaitS: 1, totalS: 60 },
  limits: { firstPieceS: 60, silenceS: 60, totalS: 120 },
};

export function open(
  stand: ModelStand,
  server: WireServer,
  more: Partial<OpenModelOptions> = {},
): Promise<MeteredModel> {
  const { name, access } = stand.place(server);
  return openModel(name, { budget: new Budget(), ...QUICK, ...more, access: { ...access, ...more.access } });
}

/** One pixel. */
export const PNG = Uint8Array.from(
  atob('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=='),
  (character) => character.charCodeAt(0),
);

export const REQUEST: ModelRequest = {
  purpose: 'program',
  system: 'You write programs for a robot arm.',
  messages: [{ role: 'user', parts: [{ kind: 'text', text: 'Lift the red cube. 把红色方块举起来 🤖', stable: true }] }],
  maxOutputTokens: 4000,
};

/** Keeps the pieces it is given. */
export function collector() {
  const pieces: ReplyPiece[] = [];
  return {
    pieces,
    onPiece: (piece: ReplyPiece) => void pieces.push(piece),
    of: (kind: ReplyPiece['kind']) => pieces.filter((piece) => piece.kind === kind).map(({ text }) => text),
  };
}

export const NEVER = new AbortController().signal;
