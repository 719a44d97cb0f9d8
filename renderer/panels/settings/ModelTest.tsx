// Owns trying a model: one word is asked of it, and what is wrong is said in words.

import { useRef, useState } from 'react';
import type { Writer } from '../../../electron/ipc/console-contract.ts';
import { requestSession } from '../../app/session-client.ts';
import { Button } from '../../ui/Button.tsx';
import { Icon } from '../../ui/Icon.tsx';

type Outcome =
  | { readonly kind: 'asking' }
  | { readonly kind: 'answered'; readonly ok: boolean; readonly message: string; readonly hint: string };

export function ModelTest({ writer }: { readonly writer: Writer }) {
  const [model, setModel] = useState(writer.kind === 'model' ? writer.name : '');
  const [outcome, setOutcome] = useState<Outcome>();
  const asked = useRef(0);
  const test = async () => {
    asked.current += 1;
    const mine = asked.current;
    setOutcome({ kind: 'asking' });
    const answer = await requestSession('testModel', { model: model.trim() }).catch((error: Error) => ({
      ok: false,
      message: error.message,
      hint: '',
    }));
    // Given up, or asked again, meanwhile.
    if (asked.current === mine) setOutcome({ kind: 'answered', ...answer });
  };
  return (
    <section className="settings-part" aria-labelledby="settings-test">
      <h2 id="settings-test">Test a model</h2>
      <p className="field-note">
        As <code>anthropic:NAME</code>, <code>openai:NAME</code>, or <code>URL#NAME</code> for a server of your own. It
        is asked for one word.
      </p>
      <form
        className="settings-row"
        onSubmit={(event) => {
          event.preventDefault();
          if (model.trim() !== '') void test();
        }}
      >
        <input
          className="input settings-grow"
          aria-label="Model to test"
          placeholder="provider:name"
          value={model}
          onChange={({ target }) => setModel(target.value)}
        />
        <Button
          type="submit"
          unavailable={
            outcome?.kind === 'asking' ? 'It is being asked.' : model.trim() === '' ? 'Name a model first.' : undefined
          }
        >
          Test
        </Button>
        {outcome?.kind === 'asking' ? (
          <Button
            onClick={() => {
              asked.current += 1;
              setOutcome(undefined);
            }}
          >
            Cancel
          </Button>
        ) : null}
      </form>
      <div role="status">
        {outcome?.kind === 'asking' ? 'Asking the model…' : null}
        {outcome?.kind === 'answered' ? (
          <p className={outcome.ok ? 'settings-outcome settings-good' : 'settings-outcome settings-bad'}>
            <Icon name={outcome.ok ? 'check' : 'warning'} />
            <span>
              {outcome.message} {outcome.hint}
            </span>
          </p>
        ) : null}
      </div>
    </section>
  );
}
