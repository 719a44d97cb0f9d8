// Owns one code editor: its text, what may be done to it, and what is marked in it. Knows nothing of sessions or stories.
// Must never stop a key from reaching the stop keys: those listen before it.

import { closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { javascript } from '@codemirror/lang-javascript';
import { bracketMatching, foldKeymap, indentOnInput, indentUnit } from '@codemirror/language';
import { lintKeymap } from '@codemirror/lint';
import { unifiedMergeView } from '@codemirror/merge';
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search';
import { Compartment, EditorState, type Extension } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import type { ConsoleDiagnostic } from '../../../electron/ipc/console-contract.ts';
import { pageNonce } from '../../app/page-nonce.ts';
import { apiHelp } from './api-help.ts';
import type { ApiWords } from './api-words.ts';
import { checkLint } from './check-lint.ts';
import { EDITOR_THEME } from './editor-theme.ts';
import { LINE_MARKS, type LineMarks, setLineMarks, setRunningLine } from './line-marks.ts';

export interface EditorOptions {
  readonly parent: HTMLElement;
  readonly words: () => ApiWords;
  readonly check: (source: string) => Promise<readonly ConsoleDiagnostic[] | undefined>;
  readonly onChecked: (diagnostics: readonly ConsoleDiagnostic[]) => void;
  /** A person has typed. */
  readonly onEdit: (source: string) => void;
  /** A line was pointed at, by its number or by the keyboard. */
  readonly onLine: (line: number) => void;
  /** Ctrl or Cmd with Enter in a text that can be edited. */
  readonly onOffer: () => void;
}

/** What an editor shows. */
export interface EditorText {
  /** Of the text; another one begins a new history of changes. */
  readonly id: string;
  readonly source: string;
  readonly isEditable: boolean;
  /** For those who do not see it. */
  readonly name: string;
  /** The text it is compared with; null for none. */
  readonly comparedWith: string | null;
}

export interface Editor {
  show(text: EditorText): void;
  mark(marks: LineMarks): void;
  /** @param isFollowed scrolls to it where it cannot be seen */
  run(line: number | null, isFollowed: boolean): void;
  /** Puts the caret on a line, in view. */
  goTo(line: number): void;
  caretLine(): number;
  focus(): void;
  dispose(): void;
}

export function createEditor(options: EditorOptions): Editor {
  const ability = new Compartment();
  const comparison = new Compartment();
  let shown: EditorText | undefined;
  let marks: LineMarks | undefined;
  let isFilling = false;
  const nonce = EditorView.cspNonce.of(pageNonce());
  // The first state has the nonce already: the editor's own styles come with it.
  const view = new EditorView({ parent: options.parent, state: EditorState.create({ extensions: nonce }) });

  const abilityOf = ({ isEditable, name }: EditorText): Extension => [
    EditorState.readOnly.of(!isEditable),
    EditorView.contentAttributes.of({
      'aria-label': name,
      'aria-readonly': String(!isEditable),
      'data-editable': String(isEditable),
    }),
    isEditable ? checkLint(options.check, options.onChecked) : [],
  ];
  const comparisonOf = ({ comparedWith }: EditorText): Extension =>
    comparedWith === null
      ? []
      : unifiedMergeView({ original: comparedWith, mergeControls: false, highlightChanges: true, gutter: true });

  const stateOf = (text: EditorText) =>
    EditorState.create({
      doc: text.source,
      extensions: [
        nonce,
        keymap.of([
          {
            key: 'Mod-Enter',
            run: () => {
              // Never a new line, and never anything but an offer: what is approved is approved on its card.
              if (shown?.isEditable === true) options.onOffer();
              return true;
            },
          },
          {
            key: 'Alt-Enter',
            run: () => {
              options.onLine(caretLine());
              return true;
            },
          },
        ]),
        LINE_MARKS,
        lineNumbers({
          domEventHandlers: {
            click: (_, line) => {
              options.onLine(view.state.doc.lineAt(line.from).number);
              return true;
            },
          },
        }),
        comparison.of(comparisonOf(text)),
        history(),
        drawSelection(),
        highlightSpecialChars(),
        highlightActiveLine(),
        highlightActiveLineGutter(),
        highlightSelectionMatches(),
        bracketMatching(),
        closeBrackets(),
        indentOnInput(),
        indentUnit.of('  '),
        EditorState.tabSize.of(2),
        search({ top: true }),
        javascript({ typescript: true }),
        EDITOR_THEME,
        apiHelp(options.words),
        keymap.of([
          ...closeBracketsKeymap,
          ...completionKeymap,
          ...lintKeymap,
          ...searchKeymap,
          ...historyKeymap,
          ...foldKeymap,
          ...defaultKeymap,
        ]),
        ability.of(abilityOf(text)),
        EditorView.updateListener.of(({ docChanged, state }) => {
          if (docChanged && !isFilling) options.onEdit(state.doc.toString());
        }),
      ],
    });

  const caretLine = () => view.state.doc.lineAt(view.state.selection.main.head).number;
  const applyMarks = () => {
    if (marks !== undefined) view.dispatch({ effects: setLineMarks.of(marks) });
  };

  return {
    show(text) {
      const before = shown;
      shown = text;
      if (before === undefined || before.id !== text.id) {
        view.setState(stateOf(text));
        return;
      }
      const current = view.state.doc.toString();
      isFilling = true;
      try {
        if (current !== text.source) {
          view.dispatch({ changes: { from: 0, to: current.length, insert: text.source } });
          applyMarks();
        }
        const effects = [];
        if (before.isEditable !== text.isEditable || before.name !== text.name) {
          effects.push(ability.reconfigure(abilityOf(text)));
        }
        if (before.comparedWith !== text.comparedWith) effects.push(comparison.reconfigure(comparisonOf(text)));
        if (effects.length > 0) view.dispatch({ effects });
      } finally {
        isFilling = false;
      }
    },
    mark(next) {
      marks = next;
      applyMarks();
    },
    run(line, isFollowed) {
      view.dispatch({ effects: setRunningLine.of(line) });
      if (line === null || !isFollowed || line > view.state.doc.lines) return;
      const { from } = view.state.doc.line(line);
      view.dispatch({ effects: EditorView.scrollIntoView(from, { y: 'nearest', yMargin: 40 }) });
    },
    goTo(line) {
      const { from } = view.state.doc.line(Math.min(Math.max(line, 1), view.state.doc.lines));
      view.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: 'center' }) });
    },
    caretLine,
    focus: () => view.focus(),
    dispose: () => view.destroy(),
  };
}
