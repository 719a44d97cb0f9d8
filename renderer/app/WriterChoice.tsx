// Owns choosing who writes the programs of a cell.

import type { Writer } from '../../electron/ipc/console-contract.ts';

export interface WriterChoiceProps {
  readonly writer: Writer;
  readonly hasExpert: boolean;
  /** Full name of the model from the settings; empty for none. */
  readonly preferredModel: string;
  readonly onChange: (writer: Writer) => void;
}

const EXAMPLE = 'anthropic:claude-opus-4-8';

export function WriterChoice({ writer, hasExpert, preferredModel, onChange }: WriterChoiceProps) {
  const model: Writer =
    writer.kind === 'model' ? writer : { kind: 'model', name: preferredModel || EXAMPLE, vision: null, ensemble: 1 };
  return (
    <fieldset className="writer-choice">
      <legend className="field-label">Who writes the programs</legend>
      <label className="writer-row">
        <input
          type="radio"
          name="writer"
          checked={writer.kind === 'expert'}
          disabled={!hasExpert}
          onChange={() => onChange({ kind: 'expert' })}
        />
        <span>
          Expert{' '}
          <span className="field-note">
            {hasExpert ? 'the reference program of the task; no key needed' : 'none for this task and tier'}
          </span>
        </span>
      </label>
      <label className="writer-row">
        <input
          type="radio"
          name="writer"
          checked={writer.kind === 'operator'}
          onChange={() => onChange({ kind: 'operator' })}
        />
        <span>
          Operator <span className="field-note">you write</span>
        </span>
      </label>
      <label className="writer-row">
        <input type="radio" name="writer" checked={writer.kind === 'model'} onChange={() => onChange(model)} />
        <span>
          Model <span className="field-note">asked turn by turn; needs a key in Settings or a server of your own</span>
        </span>
      </label>
      {writer.kind === 'model' ? (
        <label className="field writer-model">
          <span className="field-note">provider:name, or URL#name</span>
          <input
            className="input"
            value={writer.name}
            required
            onChange={({ target }) => onChange({ ...writer, name: target.value })}
          />
        </label>
      ) : null}
    </fieldset>
  );
}
