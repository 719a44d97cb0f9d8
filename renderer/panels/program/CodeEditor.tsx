// Owns the place of the code editor in the panel, and its life: made once, told what to show, taken down at the end.

import { useEffect, useRef } from 'react';
import { useConsole } from '../../app/console-store.ts';
import { requestSession } from '../../app/session-client.ts';
import { type ApiWords, apiWords, NO_WORDS } from './api-words.ts';
import { createEditor, type Editor, type EditorOptions, type EditorText } from './editor.ts';
import type { LineMarks } from './line-marks.ts';
import { useProgram } from './program-store.ts';

export interface CodeEditorProps {
  readonly text: EditorText;
  readonly marks: LineMarks;
  readonly runningLine: number | null;
  readonly isFollowed: boolean;
  readonly onReady: (editor: Editor | undefined) => void;
  readonly onEdit: EditorOptions['onEdit'];
  readonly onLine: EditorOptions['onLine'];
  readonly onOffer: EditorOptions['onOffer'];
  readonly onChecked: EditorOptions['onChecked'];
}

/** What the open cell's API offers; the same object until another cell is opened. */
function useApiWords(): { readonly current: ApiWords } {
  const cell = useConsole(({ state }) => state?.cell?.id);
  const words = useRef<ApiWords>(NO_WORDS);
  useEffect(() => {
    words.current = NO_WORDS;
    if (cell === undefined) return;
    let isStale = false;
    requestSession('api', {}).then(
      (api) => {
        if (!isStale) words.current = apiWords(api, useConsole.getState().state?.cell?.objects ?? []);
      },
      // Without them the editor helps less; the check still says everything.
      () => undefined,
    );
    return () => {
      isStale = true;
    };
  }, [cell]);
  return words;
}

/** Undefined where nobody can be asked. */
async function check(source: string) {
  if (useConsole.getState().state?.cell == null) return undefined;
  try {
    return (await requestSession('check', { source })).diagnostics;
  } catch {
    // The check before an offer will say what is wrong; this one is only a help while writing.
    return undefined;
  }
}

export function CodeEditor(props: CodeEditorProps) {
  const { text, marks, runningLine, isFollowed } = props;
  const place = useRef<HTMLDivElement>(null);
  const editor = useRef<Editor>(undefined);
  const latest = useRef(props);
  latest.current = props;
  const words = useApiWords();
  const focusWish = useProgram((store) => store.focusWish);
  const lineWish = useProgram((store) => store.lineWish);

  useEffect(() => {
    if (place.current === null) return;
    const made = createEditor({
      parent: place.current,
      words: () => words.current,
      check,
      onChecked: (diagnostics) => latest.current.onChecked(diagnostics),
      onEdit: (source) => latest.current.onEdit(source),
      onLine: (line) => latest.current.onLine(line),
      onOffer: () => latest.current.onOffer(),
    });
    editor.current = made;
    latest.current.onReady(made);
    return () => {
      editor.current = undefined;
      latest.current.onReady(undefined);
      made.dispose();
    };
  }, [words]);
  const { id, source, isEditable, name, comparedWith } = text;
  useEffect(() => {
    editor.current?.show({ id, source, isEditable, name, comparedWith });
  }, [id, source, isEditable, name, comparedWith]);
  // After the text: marks belong to lines of it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another text has lost its marks.
  useEffect(() => {
    editor.current?.mark(marks);
  }, [marks, id]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another text has lost its running line.
  useEffect(() => {
    editor.current?.run(runningLine, isFollowed);
  }, [runningLine, isFollowed, id]);
  useEffect(() => {
    if (focusWish > 0) editor.current?.focus();
  }, [focusWish]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the line is wished for in the text that is shown then.
  useEffect(() => {
    if (lineWish !== null) editor.current?.goTo(lineWish.line);
  }, [lineWish, id]);
  return <div className="program-editor" ref={place} />;
}
