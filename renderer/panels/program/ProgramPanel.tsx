// Owns the panel with the programs of the session: tabs, the editor, and what can be done with the text in front. Must
// never show a text as the one that runs unless it is.

import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { ConsoleDiagnostic } from '../../../electron/ipc/console-contract.ts';
import { perform } from '../../app/action-keys.ts';
import { actionOf } from '../../app/actions.ts';
import { toast, useConsole } from '../../app/console-store.ts';
import { usePlayback } from '../../source/use-source.ts';
import { Button } from '../../ui/Button.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { CodeEditor } from './CodeEditor.tsx';
import type { Editor } from './editor.ts';
import { knowledgeByLine } from './line-knowledge.ts';
import type { LineMarks } from './line-marks.ts';
import { ProgramFoot } from './ProgramFoot.tsx';
import { ProgramTabs } from './ProgramTabs.tsx';
import { ProgramTools } from './ProgramTools.tsx';
import { goToMotion, setFront } from './program-actions.ts';
import { showTab, useProgram } from './program-store.ts';
import { OWN_TAB, QUESTION_TAB } from './program-tabs.ts';
import { useProgramView, useRunningLine } from './program-view.ts';
import { storyOfLines } from './running-line.ts';

function run(id: string): void {
  const action = actionOf(id);
  if (action === undefined) return;
  const why = action.unavailable?.();
  if (why === undefined) void perform(action);
  else toast('info', why);
}

/** Keeps the operator's changes while questions come and go; never throws a text away. */
function useEditUpkeep(): void {
  const proposal = useConsole(({ state }) => state?.proposal);
  useEffect(() => {
    const { edit, own } = useProgram.getState();
    if (proposal === undefined) return;
    if (proposal?.refusedEdit != null) {
      // The edit was dropped; its text is not.
      if (edit?.proposalId !== proposal.id) {
        useProgram.setState({ edit: { proposalId: proposal.id, source: proposal.refusedEdit.source } });
        showTab(QUESTION_TAB);
      }
      return;
    }
    if (edit === null || edit.proposalId === proposal?.id) return;
    const wasOffered = proposal?.source === edit.source;
    useProgram.setState({ edit: null });
    if (wasOffered || own !== null || proposal === null) return;
    useProgram.setState({ own: edit.source });
    toast('info', 'The question has changed. What you had edited is kept as your own program.');
  }, [proposal]);
}

export function ProgramPanel() {
  useEditUpkeep();
  const view = useProgramView();
  const { tab, isOwn, source, isEditable } = view;
  const runningLine = useRunningLine(tab);
  const isFollowing = usePlayback(({ following, playing }) => following || playing) ?? false;
  const isCompared = useProgram((store) => store.isCompared);
  /** Of the text as it stands; undefined until the check has answered. */
  const [found, setFound] = useState<readonly ConsoleDiagnostic[]>();
  const editor = useRef<Editor>(undefined);
  const id = isOwn ? OWN_TAB : (tab?.id ?? '');
  const name = isOwn ? 'Own program' : (tab?.title ?? 'Program');

  const marks = useMemo<LineMarks>(
    () =>
      isEditable
        ? { knowledge: new Map(), stories: new Map() }
        : {
            knowledge: knowledgeByLine(tab?.preview),
            stories: tab?.story === undefined ? new Map() : storyOfLines(tab.story),
          },
    [isEditable, tab],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was found in one text says nothing of another.
  useEffect(() => setFound(undefined), [id, isEditable]);
  const onReady = useCallback((made: Editor | undefined) => {
    editor.current = made;
  }, []);
  useEffect(() => {
    if (tab === undefined && !isOwn) return;
    setFront({ source, name, caretLine: () => editor.current?.caretLine() ?? 1 });
    return () => setFront(undefined);
  }, [source, name, tab, isOwn]);

  const onEdit = (text: string) => {
    setFound(undefined);
    if (isOwn) useProgram.setState({ own: text });
    else useProgram.setState(({ edit }) => (edit === null ? {} : { edit: { ...edit, source: text } }));
  };

  return (
    <div className="program">
      <ProgramTabs view={view} />
      {tab === undefined && !isOwn ? (
        <Empty
          icon="program"
          title="No program yet"
          words="Ask for one in the conversation, or write one of your own. Nothing runs before you approve it."
        >
          <div className="program-empty-buttons">
            <Button onClick={() => run('program.expert')}>Open the reference program</Button>
            <Button onClick={() => run('program.own')}>Write a program</Button>
            <Button onClick={() => run('program.load')}>Load a file…</Button>
          </div>
        </Empty>
      ) : (
        <>
          <ProgramTools view={view} run={run} />
          <CodeEditor
            text={{
              id: tab?.id === QUESTION_TAB ? `${id} ${tab.block}` : id,
              source,
              isEditable,
              name: isEditable ? `${name}, being edited` : name,
              comparedWith: isCompared && !isOwn ? (tab?.before ?? null) : null,
            }}
            marks={marks}
            runningLine={runningLine}
            isFollowed={isFollowing}
            onReady={onReady}
            onEdit={onEdit}
            onChecked={setFound}
            onLine={(line) => {
              if (tab !== undefined) goToMotion(tab.id, line);
            }}
            onOffer={() => run(isOwn ? 'program.submit' : 'program.offerEdit')}
          />
          <ProgramFoot view={view} found={found} runningLine={runningLine} />
        </>
      )}
    </div>
  );
}
