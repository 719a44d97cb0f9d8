import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAnthropicWire } from '../fixtures/wire/anthropic-wire.ts';
import { startOpenAiWire } from '../fixtures/wire/openai-wire.ts';
import type { WireServer } from '../fixtures/wire/wire-server.ts';

// What the stand-ins do not take: each rule of theirs, broken once.

const ANTHROPIC_HEADERS = {
  'anthropic-version': '2026-10-21',
  'content-type': 'application/json',
  authorization: 'Bearer k',
};
const ANTHROPIC = {
  model: 'claude-opus-5',
  max_tokens: 4000,
  stream: true,
  messages: [{ role: 'user', content: [{ type: 'text', text: 'hello' }] }],
};
const OPENAI_HEADERS = { 'content-type': 'application/json', authorization: 'Bearer k' };
const OPENAI = { model: 'gpt-4.1', stream: true, messages: [{ role: 'user', content: 'hello' }] };

const user = (...content: unknown[]) => ({ messages: [{ role: 'user', content }] });
const image = (source: unknown) => user({ type: 'image', source });
const imageUrl = (url: string) => user({ type: 'image_url', image_url: { url } });
const marked = (count: number) =>
  user(...Array.from({ length: count }, () => ({ type: 'text', text: 'x', cache_control: { type: 'ephemeral' } })));

async function post(server: WireServer, path: string, headers: Record<string, string>, body: unknown) {
  const response = await fetch(server.url + path, {
    method: 'POST',
    headers,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, text: await response.text() };
}

describe('the stand-in of Anthropic', () => {
  let server: WireServer;
  beforeAll(async () => {
    server = await startAnthropicWire({ key: 'k' });
  });
  afterAll(() => server.close());

  it.each([
    ['as it is', {}],
    ['with a system prompt', { system: 'You write programs.' }],
    ['with thinking', { thinking: { type: 'adaptive', display: 'summarized' } }],
    ['with four marks', marked(4)],
    [
      'of an older model with a budget of thinking',
      { model: 'claude-haiku-4-5', thinking: { type: 'enabled', budget_tokens: 1024 } },
    ],
  ])('takes a request %s', async (_what, change) => {
    const { status, text } = await post(server, '/v1/messages', ANTHROPIC_HEADERS, { ...ANTHROPIC, ...change });
    expect(status).toBe(200);
    expect(text).toMatch(/^event: message_start\n[\s\S]*event: message_stop\n/);
  });

  it.each([
    ['that is no JSON', '{"model": '],
    ['without a model', { model: undefined }],
    ['with a field it does not know', { max_completion_tokens: 5 }],
    ['with a temperature', { temperature: 1 }],
    ['without a limit of tokens', { max_tokens: undefined }],
    ['with a limit that is no whole number', { max_tokens: 0.5 }],
    ['that is not streamed', { stream: false }],
    ['without messages', { messages: [] }],
    ['that begins with the assistant', { messages: [{ role: 'assistant', content: 'x' }, ...ANTHROPIC.messages] }],
    ['that ends with the assistant', { messages: [...ANTHROPIC.messages, { role: 'assistant', content: 'x' }] }],
    ['with a message of another role', { messages: [{ role: 'tool', content: 'x' }] }],
    [
      'with an image of the assistant',
      {
        messages: [
          ...ANTHROPIC.messages,
          { role: 'assistant', content: [{ type: 'image', source: {} }] },
          ...ANTHROPIC.messages,
        ],
      },
    ],
    ['with an empty text', user({ type: 'text', text: '' })],
    ['with a text of white space', user({ type: 'text', text: ' \n' })],
    ['with a text that has more than it should', user({ type: 'text', text: 'x', stable: true })],
    ['with a block of another kind', user({ type: 'image_url', image_url: { url: 'data:' } })],
    ['with an image of another type', image({ type: 'base64', media_type: 'image/bmp', data: 'AAAA' })],
    ['with an image that is not base64', image({ type: 'base64', media_type: 'image/png', data: 'data:AAAA' })],
    ['with five marks', marked(5)],
    ['with a mark of another kind', user({ type: 'text', text: 'x', cache_control: { type: 'forever' } })],
    ['with a budget of thinking for a newer model', { thinking: { type: 'enabled', budget_tokens: 1024 } }],
    ['with adaptive thinking for an older model', { model: 'claude-haiku-4-5', thinking: { type: 'adaptive' } }],
    [
      'with too small a budget of thinking',
      { model: 'claude-haiku-4-5', thinking: { type: 'enabled', budget_tokens: 1000 } },
    ],
    [
      'with a budget of thinking that leaves nothing',
      { model: 'claude-haiku-4-5', thinking: { type: 'enabled', budget_tokens: 4000 } },
    ],
    ['with a system prompt that is no text', { system: 5 }],
  ])('refuses a request %s', async (_what, change) => {
    const body = typeof change === 'string' ? change : { ...ANTHROPIC, ...change };
    const { status, text } = await post(server, '/v1/messages', ANTHROPIC_HEADERS, body);
    expect([status, JSON.parse(text).error.type]).toEqual([400, 'invalid_request_error']);
  });

  it.each([
    [401, { authorization: 'Bearer other' }],
    [400, { 'anthropic-version': '2023-06-01' }],
    [400, { 'content-type': 'text/plain' }],
  ])('answers %i to the header %j', async (expected, change) => {
    const { status } = await post(server, '/v1/messages', { ...ANTHROPIC_HEADERS, ...change }, ANTHROPIC);
    expect(status).toBe(expected);
  });

  it('has nothing at another address', async () => {
    expect((await post(server, '/messages', ANTHROPIC_HEADERS, ANTHROPIC)).status).toBe(404);
  });
});

describe('the stand-in of OpenAI', () => {
  let server: WireServer;
  beforeAll(async () => {
    server = await startOpenAiWire({ key: 'k' });
  });
  afterAll(() => server.close());

  it.each([
    ['as it is', {}],
    ['that asks for counts', { stream_options: { include_usage: true } }],
    ['with an image', imageUrl('data:image/png;base64,AAAA')],
    ['of a reasoning model', { model: 'gpt-5.4', max_completion_tokens: 100 }],
  ])('takes a request %s', async (_what, change) => {
    const { status, text } = await post(server, '/v1/chat/completions', OPENAI_HEADERS, { ...OPENAI, ...change });
    expect(status).toBe(200);
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
    expect(text.includes('"prompt_tokens":1000')).toBe('stream_options' in change);
  });

  it.each([
    ['that is no JSON', '{"model": '],
    ['without a model', { model: undefined }],
    ['with a field it does not know', { thinking: { type: 'adaptive' } }],
    ['that is not streamed', { stream: false }],
    ['with other options of the stream', { stream_options: { counts: true } }],
    ['without messages', { messages: [] }],
    ['with a message of another role', { messages: [{ role: 'teacher', content: 'x' }] }],
    ['with a message without content', { messages: [{ role: 'user', content: [] }] }],
    [
      'with an image of the assistant',
      { messages: [{ role: 'assistant', content: imageUrl('data:image/png;base64,AAAA').messages[0].content }] },
    ],
    ['with a block of another kind', image({ type: 'base64', media_type: 'image/png', data: 'AAAA' })],
    ['with a mark for a cache', marked(1)],
    ['with an image elsewhere', imageUrl('http://pictures.example/x.png')],
    ['with an image of another type', imageUrl('data:image/bmp;base64,AAAA')],
    ['with too high a temperature', { temperature: 2.1 }],
    ['with a limit of no tokens', { max_tokens: 0 }],
    ['with two limits of tokens', { max_tokens: 5, max_completion_tokens: 5 }],
    ['with the older limit for a reasoning model', { model: 'gpt-5.4', max_tokens: 5 }],
    ['with a temperature for a reasoning model', { model: 'o3', temperature: 0.5 }],
  ])('refuses a request %s', async (_what, change) => {
    const body = typeof change === 'string' ? change : { ...OPENAI, ...change };
    const { status, text } = await post(server, '/v1/chat/completions', OPENAI_HEADERS, body);
    expect([status, JSON.parse(text).error.type]).toEqual([400, 'invalid_request_error']);
  });

  it.each([
    [401, { authorization: 'Bearer other' }],
    [415, { 'content-type': 'text/plain' }],
  ])('answers %i to the header %j', async (expected, change) => {
    const { status } = await post(server, '/v1/chat/completions', { ...OPENAI_HEADERS, ...change }, OPENAI);
    expect(status).toBe(expected);
  });

  it('has nothing at another address', async () => {
    expect((await post(server, '/v1/v1/chat/completions', OPENAI_HEADERS, OPENAI)).status).toBe(404);
  });
});
