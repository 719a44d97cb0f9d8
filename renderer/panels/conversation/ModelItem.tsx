// Owns how one request to a model looks: what it was told, what it answered, what that cost. Its words are text and nothing
// else: must never become markup, links or anything that can be pressed.

import { memo } from 'react';
import type { Story } from '../../source/story.ts';
import { Folded } from './Folded.tsx';
import { newlyTold, replyParts, type ToldPart } from './thread.ts';

type ModelMessage = Story['models'][number]['message'];

const PURPOSES: Readonly<Record<ModelMessage['purpose'], string>> = {
  program: 'The model',
  difference: 'What the pictures show, as the model sees it',
  synthesis: 'The model puts several answers together',
  function: 'A function for the program',
  question: 'An answer to a question of the program',
  summary: 'A summary of what came before',
};

interface Props {
  readonly model: ModelMessage;
  readonly pictures: ReadonlyMap<string, string>;
}

export const ModelItem = memo(function ModelItem({ model, pictures }: Props) {
  const { reply, error, purpose, request } = model;
  const told = newlyTold(model);
  return (
    <article className="item item-model" aria-label={PURPOSES[purpose]}>
      <h4 className="item-title">{PURPOSES[purpose]}</h4>
      <Folded title={`What it was told${pictureCount(told)}`}>
        {() => (
          <>
            <Told parts={told} pictures={pictures} />
            <Folded title={`The whole request, ${request.messages.length} messages`}>
              {() => (
                <>
                  <pre className="told-text">{request.system}</pre>
                  {request.messages.map(({ role, parts }, index) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: a request never changes.
                    <div key={index} className={`told-${role}`}>
                      <span className="item-note">{role === 'user' ? 'told' : 'its words'}</span>
                      <Told parts={parts} pictures={pictures} />
                    </div>
                  ))}
                </>
              )}
            </Folded>
          </>
        )}
      </Folded>
      {reply === undefined || reply.reasoning === '' ? null : (
        <Folded title="Its reasoning">{() => <div className="words words-reasoning">{reply.reasoning}</div>}</Folded>
      )}
      {reply === undefined ? null : <Reply text={reply.text} />}
      {error === undefined ? null : (
        <p className="item-failure" role="note">
          <strong>The request failed.</strong> {error.message} {error.hint}
        </p>
      )}
      <p className="item-note">{costWords(model)}</p>
    </article>
  );
});

function Reply({ text }: { readonly text: string }) {
  return replyParts(text).map(({ kind, text: part }, index) =>
    kind === 'prose' ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: a reply never changes.
      <div key={index} className="words">
        {part}
      </div>
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: a reply never changes.
      <Folded key={index} title={`Program, ${part.trimEnd().split('\n').length} lines`}>
        {() => <pre className="told-text">{part}</pre>}
      </Folded>
    ),
  );
}

function Told({ parts, pictures }: { readonly parts: readonly ToldPart[]; readonly pictures: Props['pictures'] }) {
  return parts.map((part, index) => {
    if (part.kind === 'text') {
      return (
        // biome-ignore lint/suspicious/noArrayIndexKey: a request never changes.
        <pre key={index} className="told-text">
          {part.text}
        </pre>
      );
    }
    const address = pictures.get(part.sha256);
    return address === undefined ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: a request never changes.
      <p key={index} className="item-note">
        A picture that this recording does not hold.
      </p>
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: a request never changes.
      <img key={index} className="told-picture" src={address} alt="What the model saw" />
    );
  });
}

function pictureCount(parts: readonly ToldPart[]): string {
  const count = parts.filter(({ kind }) => kind === 'image').length;
  return count === 0 ? '' : count === 1 ? ', with 1 picture' : `, with ${count} pictures`;
}

function costWords({ model, reply, costUsd, retries }: ModelMessage): string {
  const words = [model];
  if (reply !== undefined) {
    const { inputTokens, outputTokens, estimated } = reply.usage;
    words.push(`${inputTokens} tokens in, ${outputTokens} out${estimated === true ? ' (estimated)' : ''}`);
    words.push(costUsd === null ? 'price not known' : `$${costUsd.toFixed(4)}`, `${reply.durationS.toFixed(1)} s`);
  }
  if (retries > 0) words.push(retries === 1 ? 'one attempt before' : `${retries} attempts before`);
  return words.join(' · ');
}
