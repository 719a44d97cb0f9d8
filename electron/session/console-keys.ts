// Owns where the keys of model providers come from: this session, the keychain, or the environment, in this order. Must never
// hand a key to a window, a log or a record.

import { accessFrom, type ModelAccess } from '../../skills/agent/open-model.ts';
import type { ConsoleSettings } from '../ipc/console-contract.ts';
import { ConsoleRefusal } from './console-refusal.ts';

/** A place that keeps secrets for the user, as the keychain of the desktop. */
export interface KeyStore {
  /** Whether it keeps anything, and why not. */
  state(): Promise<{ readonly canKeep: boolean; readonly why: string }>;
  /** All keys, by provider. @throws Error when the keychain cannot be opened */
  read(): Promise<Readonly<Record<string, string>>>;
  /** An empty key forgets it. */
  write(provider: string, key: string): Promise<void>;
}

/** Providers that a key can be kept for, and the variable of the environment that holds it. */
const VARIABLES = { anthropic: 'ANTHROPIC_API_KEY', openai: 'OPENAI_API_KEY', server: 'CAPSTAN_MODEL_KEY' } as const;
export type KeyProvider = keyof typeof VARIABLES;
export const KEY_PROVIDERS = Object.keys(VARIABLES) as readonly KeyProvider[];

export class ConsoleKeys {
  readonly #environment: Readonly<Record<string, string | undefined>>;
  #store: KeyStore | undefined;
  readonly #session = new Map<string, string>();
  #kept: Readonly<Record<string, string>> = {};

  private constructor(environment: Readonly<Record<string, string | undefined>>, store: KeyStore | undefined) {
    this.#environment = environment;
    this.#store = store;
  }

  /** @param onProblem told when the keychain cannot be read; the keys of environment and session work all the same */
  static async open(
    environment: Readonly<Record<string, string | undefined>>,
    store: KeyStore | undefined,
    onProblem: (message: string) => void,
  ): Promise<ConsoleKeys> {
    const keys = new ConsoleKeys(environment, store);
    try {
      if (store !== undefined) {
        const { canKeep } = await store.state();
        if (canKeep) keys.#kept = await store.read();
        else keys.#store = undefined;
      }
    } catch (error) {
      onProblem(`The keychain cannot be read (${error instanceof Error ? error.message : 'unknown fault'}).`);
    }
    return keys;
  }

  get canKeep(): boolean {
    return this.#store !== undefined;
  }

  /** What reaches models now. Never recorded. */
  access(): ModelAccess {
    const keys = Object.fromEntries(KEY_PROVIDERS.map((provider) => [VARIABLES[provider], this.#key(provider)]));
    return accessFrom({ ...this.#environment, ...keys });
  }

  /** Where each key comes from. */
  origins(): ConsoleSettings['providers'] {
    return KEY_PROVIDERS.map((provider) => ({ provider, key: this.#origin(provider) }));
  }

  /**
   * Takes a key for this session, and for the next ones where there is a keychain; an empty one forgets it.
   * @throws ConsoleRefusal for a provider that has none
   */
  async set(provider: string, key: string): Promise<void> {
    const known = KEY_PROVIDERS.find((one) => one === provider);
    if (known === undefined) {
      const hint = `Keys can be kept for: ${KEY_PROVIDERS.join(', ')}.`;
      throw new ConsoleRefusal('NO_PROVIDER', 'There is no provider of that name. No key was kept.', hint);
    }
    const text = key.trim();
    if (/[^\x21-\x7e]/.test(text)) {
      const message = 'A key holds no spaces and no letters beyond the plain ones. It was not kept.';
      throw new ConsoleRefusal('BAD_KEY', message, 'Copy the key again, without what stands around it.');
    }
    if (text === '') this.#session.delete(known);
    else this.#session.set(known, text);
    if (this.#store === undefined) return;
    try {
      await this.#store.write(known, text);
      const { [known]: _, ...others } = this.#kept;
      this.#kept = text === '' ? others : { ...others, [known]: text };
    } catch {
      const message = 'The keychain did not take the key; it holds for this session only.';
      throw new ConsoleRefusal('KEYCHAIN', message, 'Unlock the keychain of this computer, and set the key again.');
    }
  }

  #key(provider: KeyProvider): string | undefined {
    return this.#session.get(provider) ?? this.#kept[provider] ?? this.#environment[VARIABLES[provider]];
  }

  #origin(provider: KeyProvider): ConsoleSettings['providers'][number]['key'] {
    if (this.#kept[provider] !== undefined) return 'keychain';
    if (this.#session.has(provider)) return 'this session';
    return (this.#environment[VARIABLES[provider]] ?? '').trim() === '' ? 'none' : 'environment';
  }
}
