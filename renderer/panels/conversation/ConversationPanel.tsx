// Owns the panel of the conversation with the author of programs: live, and in a recording from the story alone.

import { useConsole } from '../../app/console-store.ts';
import { useStory } from '../../source/use-source.ts';
import { Empty } from '../../ui/Empty.tsx';
import { Announcer } from './Announcer.tsx';
import { Composer } from './Composer.tsx';
import { ConversationHead } from './ConversationHead.tsx';
import { Thread } from './Thread.tsx';

export function ConversationPanel() {
  const story = useStory();
  const isReplay = useConsole(({ replayOf }) => replayOf !== null);
  const problem = useConsole(({ state }) => state?.problem);
  return (
    <div className="conversation">
      <ConversationHead />
      {story === undefined ? (
        <div className="thread-place">
          <Empty
            icon="chat"
            title="Nobody to talk to yet"
            words="Open a cell, then ask for something. Nothing runs before you approve it."
          />
        </div>
      ) : (
        <Thread story={story} />
      )}
      {problem == null || isReplay ? null : (
        <p className="conversation-problem" role="alert">
          <strong>{problem.message}</strong> {problem.hint}
        </p>
      )}
      {isReplay ? null : <Composer />}
      <Announcer />
    </div>
  );
}
