// Owns what the panel shows while a block runs: which one, where it is, and that Stop ends it. Must never offer anything
// that could start a second block.

import { useConsole } from '../../app/console-store.ts';
import { useStory } from '../../source/use-source.ts';
import { Icon } from '../../ui/Icon.tsx';
import { QUESTION_TAB } from '../program/program-tabs.ts';
import { Facts, LineLink } from './Facts.tsx';
import { RunControls } from './RunControls.tsx';

const DRIVERS = { program: 'The program drives', operator: 'The operator drives', nobody: 'Nobody drives' } as const;

export function RunCard() {
  const running = useConsole(({ cellStatus }) => cellStatus?.running);
  const driver = useConsole(({ cellStatus }) => cellStatus?.driver);
  const speedScale = useConsole(({ cellStatus }) => cellStatus?.speedScale);
  const pace = useConsole(({ cellStatus }) => cellStatus?.pace);
  const story = useStory();
  const last = story?.blocks.at(-1);
  const predictedS = last?.preview?.message.durationS;
  const call = running?.call;
  const block = running?.block ?? last?.block ?? 0;
  const predicted = predictedS === undefined ? 'not previewed' : `${predictedS.toFixed(1)} s predicted`;
  return (
    <article className="approval-card approval-running" aria-label={`Block ${block + 1} runs`}>
      <div className="approval-scroll">
        <header className="approval-head">
          <h2>Block {block + 1} runs</h2>
          <span className="badge badge-accent">
            <Icon name={driver === 'nobody' ? 'pause' : 'play'} /> {DRIVERS[driver ?? 'nobody']}
          </span>
        </header>
        <p className="approval-now" aria-live="off">
          {call == null ? (
            'Between two calls'
          ) : (
            <>
              <code>{call.name}</code>
              {call.line === null ? null : (
                <>
                  {' '}
                  at line <LineLink line={call.line} tab={QUESTION_TAB} block={block} />
                </>
              )}
            </>
          )}
        </p>
        <Facts
          rows={[
            { fact: 'Duration', text: predicted, weight: 'plain' },
            ...(speedScale === undefined
              ? []
              : [
                  {
                    fact: 'Speed',
                    text: `${Math.round(speedScale * 100)} % of the robot's limits`,
                    weight: 'plain',
                  } as const,
                ]),
          ]}
        />
      </div>
      {pace === undefined ? null : <RunControls pace={pace} block={block} />}
    </article>
  );
}
