import { describe, expect, it } from 'vitest';
import { ModelNameError, parseModelName } from '../../skills/agent/model-name.ts';
import { costUsd, priceOf, worstCostUsd } from '../../skills/agent/prices.ts';

describe('the name of a model', () => {
  it('names a provider and its model', () => {
    expect(parseModelName('anthropic:claude-opus-5')).toEqual({ provider: 'anthropic', model: 'claude-opus-5' });
    expect(parseModelName('openai:ft:gpt-4.1:lab::x')).toEqual({ provider: 'openai', model: 'ft:gpt-4.1:lab::x' });
  });

  it('names a server of your own and its model', () => {
    expect(parseModelName('http://127.0.0.1:11434/v1/#qwen3:8b')).toEqual({
      provider: 'server',
      baseUrl: 'http://127.0.0.1:11434/v1',
      model: 'qwen3:8b',
    });
    expect(parseModelName('https://openrouter.ai/api/v1#vendor/model')).toEqual({
      provider: 'server',
      baseUrl: 'https://openrouter.ai/api/v1',
      model: 'vendor/model',
    });
  });

  it.each([
    ['', /names no model/],
    ['anthropic:', /names no model/],
    ['ollama:qwen3', /no provider "ollama"/],
    ['claude-opus-5', /did you mean "anthropic:claude-opus-5"/],
    ['gpt-5.4', /did you mean "openai:gpt-5\.4"/],
    ['qwen3', /names no provider/],
    ['http://127.0.0.1:8000/v1', /a server but no model/],
    ['http://#qwen3', /no address/],
    ['openai:gpt 5', /no spaces/],
    ['openai:gpt\u202e5', /no spaces/],
  ])('that is %j is refused with what to write instead', (text, message) => {
    expect(() => parseModelName(text)).toThrow(ModelNameError);
    expect(() => parseModelName(text)).toThrow(message);
  });

  it.each(['https://me:sesame@host/v1#m', 'https://host/v1?key=sesame#m', 'https://me:sesame@host/v1'])(
    'may hold no secret, and none is shown: %s',
    (text) => {
      expect(() => parseModelName(text)).toThrow(ModelNameError);
      expect(() => parseModelName(text)).not.toThrow(/sesame/);
    },
  );
});

describe('the price of a model', () => {
  it('is that of its plain name for a dated version', () => {
    expect(priceOf('anthropic:claude-haiku-4-5-20251001')).toEqual(priceOf('anthropic:claude-haiku-4-5'));
    expect(priceOf('openai:gpt-5.2-2025-12-11')?.output).toBe(14);
  });

  it('is not guessed from a similar name', () => {
    expect(priceOf('openai:gpt-5.4-pro')).toBeNull();
    expect(priceOf('anthropic:claude-opus-9')).toBeNull();
    expect(priceOf('https://openrouter.ai/api/v1#anthropic/claude-opus-5')).toBeNull();
  });

  it('is nothing on this machine and for models of our own', () => {
    expect(priceOf('http://localhost:1234/v1#any')?.output).toBe(0);
    expect(priceOf('http://127.0.0.1.evil.example/v1#any')).toBeNull();
    expect(priceOf('expert')?.output).toBe(0);
  });

  it('counts cached, written and fresh input each at its rate', () => {
    const price = priceOf('anthropic:claude-opus-5')!;
    const usage = {
      inputTokens: 1_000_000,
      cachedInputTokens: 600_000,
      cacheWriteTokens: 300_000,
      outputTokens: 10_000,
    };
    expect(costUsd(price, usage)).toBeCloseTo(0.1 * 5 + 0.6 * 0.5 + 0.3 * 6.25 + 0.01 * 25, 12);
  });

  it('changes for a long request as a whole', () => {
    const price = priceOf('openai:gpt-5.4')!;
    const usage = { inputTokens: 272_001, cachedInputTokens: 0, outputTokens: 1000 };
    expect(costUsd(price, { ...usage, inputTokens: 272_000 })).toBeCloseTo(0.272 * 2.5 + 0.001 * 15, 12);
    expect(costUsd(price, usage)).toBeCloseTo(0.272001 * 5 + 0.001 * 22.5, 12);
    expect(worstCostUsd(price, 272_001, 1000)).toBeGreaterThanOrEqual(costUsd(price, usage));
  });
});
