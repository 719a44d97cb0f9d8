// Owns how the smaller things of a conversation look: ensembles, remarks, stops, and ends.

import { memo } from 'react';
import type { Story } from '../../source/story.ts';
import { Icon } from '../../ui/Icon.tsx';
import { MomentButton } from './BlockItem.tsx';
import { Folded } from './Folded.tsx';
import type { ThreadItem } from './thread.ts';

export const EnsembleItem = memo(function EnsembleItem({
  ensemble,
}: {
  readonly ensemble: Story['ensembles'][number];
}) {
  const { candidates, votes, chosen, reason, durationS } = ensemble.message;
  return (
    <article className="item item-ensemble" aria-label="Several answers">
      <h4 className="item-title">
        {candidates.length} answers{' '}
        <span className="item-note">
          {votes.program} for a program, {votes.finish} for done; {durationS.toFixed(1)} s
        </span>
      </h4>
      <ol className="candidates">
        {candidates.map(({ model, temperature, origin, decision, fate, error, reply, preview }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the candidates of an ensemble never change.
          <li key={index} className={index === chosen ? 'candidate candidate-chosen' : 'candidate'}>
            <span className="candidate-head">
              {index === chosen ? <Icon name="check" /> : null}
              <strong>
                {index === chosen ? 'Taken: ' : ''}
                {origin === 'synthesis' ? 'synthesis' : `answer ${index + 1}`}
              </strong>
              <span className="item-note">
                {model}
                {temperature === undefined ? '' : `, temperature ${temperature}`}
                {preview === undefined ? '' : `, preview ${preview.outcome}, goal ${preview.predictedSuccess}`}
              </span>
            </span>
            <span>{error ?? fate ?? (decision === 'finish' ? 'says that it is done' : decision)}</span>
            {reply === '' ? null : <Folded title="Its words">{() => <pre className="told-text">{reply}</pre>}</Folded>}
          </li>
        ))}
      </ol>
      <p className="item-note">{reason}</p>
    </article>
  );
});

export function RemarkItem({ text }: { readonly text: string }) {
  return (
    <article className="item item-operator" aria-label="Remark of the operator">
      <h4 className="item-title">Operator</h4>
      <div className="words">{text}</div>
    </article>
  );
}

const STOPPED_BY: Readonly<Record<Story['stops'][number]['message']['source'], string>> = {
  operator: 'Stopped by the operator',
  button: 'Stopped by the hardware button',
  gate: 'Stopped by the gate',
  watchdog: 'Stopped by the watchdog',
  driver: 'The robot stopped itself',
  session: 'Stopped by the session',
};

export function StopItem({ stop }: { readonly stop: Story['stops'][number] }) {
  const { source, reason, restConfirmed } = stop.message;
  return (
    <article className="item item-stop" aria-label={STOPPED_BY[source]}>
      <div className="item-head">
        <h4 className="item-title">
          <Icon name="stop" /> {STOPPED_BY[source]}
        </h4>
        <MomentButton timeS={stop.timeS} />
      </div>
      <p>
        {reason} ({restConfirmed ? 'the arm is at rest' : 'rest was not confirmed'})
      </p>
    </article>
  );
}

const TURN_ENDS: Readonly<Record<string, string>> = {
  finished: 'The model says that it is done. That is a claim; the goal is judged from the world.',
  turns: 'All turns are used.',
  budget: 'The budget is used up.',
  stopped: 'The turns ended with a stop.',
  model: 'The model could not be asked any more.',
  cancelled: 'The turns were cancelled.',
};

export function TurnsEndedItem({ turn }: Pick<Extract<ThreadItem, { kind: 'turns-ended' }>, 'turn'>) {
  const { outcome, message } = turn.message;
  return (
    <article className="item item-end" aria-label="The turns ended">
      <p>{TURN_ENDS[outcome ?? ''] ?? 'The turns ended.'}</p>
      {message === undefined || message === '' ? null : <div className="words">{message}</div>}
    </article>
  );
}

export function ResultItem({ result }: Pick<Extract<ThreadItem, { kind: 'result' }>, 'result'>) {
  const { outcome, message, stage } = result.message;
  const isGood = outcome === 'succeeded';
  return (
    <article className="item item-end" aria-label="End of the episode">
      <p className={isGood ? 'step-ok' : 'step-bad'}>
        <Icon name={isGood ? 'check' : 'cross'} /> The episode {isGood ? 'succeeded' : 'failed'}
        {stage === undefined ? '' : ` at ${stage}`}: {message}
      </p>
    </article>
  );
}
