// Owns the keys of the providers: where one comes from, a field to give one, a button to forget it. A key that was typed is
// sent once and then gone from this page.

import { useState } from 'react';
import type { ConsoleSettings } from '../../../electron/ipc/console-contract.ts';
import { requestSession, showError } from '../../app/session-client.ts';
import { Button } from '../../ui/Button.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { showSettings } from './change-settings.ts';

type Provider = ConsoleSettings['providers'][number];

const NAMES: Readonly<Record<string, string>> = { anthropic: 'Anthropic', openai: 'OpenAI' };

const SOURCE_WORDS: Readonly<Record<Provider['key'], string>> = {
  none: 'no key',
  environment: 'key from the environment',
  keychain: 'key in the keychain',
  'this session': 'key for this session',
};

export function ProviderKeys({ settings }: { readonly settings: ConsoleSettings }) {
  return (
    <section className="settings-part" aria-labelledby="settings-keys">
      <h2 id="settings-keys">Keys</h2>
      <p className="field-note">
        {settings.canKeepKeys
          ? 'A key is kept in the keychain of this machine and never shown again.'
          : 'A key given here lasts until this session ends: only the desktop shell has a keychain. Set the variable of the provider before you start Capstan to keep one.'}
      </p>
      {settings.providers.map((provider) => (
        <ProviderRow key={provider.provider} provider={provider} />
      ))}
    </section>
  );
}

function ProviderRow({ provider: { provider, key } }: { readonly provider: Provider }) {
  const [typed, setTyped] = useState('');
  const name = NAMES[provider] ?? provider;
  const send = async (value: string) => {
    try {
      showSettings(await requestSession('setKey', { provider, key: value }));
      setTyped('');
    } catch (error) {
      showError(error);
    }
  };
  const canForget = key === 'keychain' || key === 'this session';
  return (
    <form
      className="provider-row"
      onSubmit={(event) => {
        event.preventDefault();
        if (typed.trim() !== '') void send(typed.trim());
      }}
    >
      <label className="field-label" htmlFor={`key-${provider}`}>
        {name}
      </label>
      <span className={key === 'none' ? 'badge' : 'badge badge-ok'}>
        <Icon name={key === 'none' ? 'minus' : 'check'} />
        {SOURCE_WORDS[key]}
      </span>
      <input
        id={`key-${provider}`}
        className="input provider-key"
        type="password"
        autoComplete="off"
        spellCheck={false}
        placeholder={key === 'none' ? 'Paste a key' : 'Paste another key'}
        value={typed}
        onChange={({ target }) => setTyped(target.value)}
      />
      <Button type="submit" unavailable={typed.trim() === '' ? 'Paste a key first.' : undefined}>
        Use
      </Button>
      {canForget ? <Button onClick={() => void send('')}>Forget</Button> : null}
    </form>
  );
}
