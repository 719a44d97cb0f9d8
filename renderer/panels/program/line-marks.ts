// Owns what stands beside and behind the lines of an editor: what the preview knew of each, and which one runs. Must never
// tell by colour alone: each mark has a shape and words.

import { type Extension, RangeSet, StateEffect, StateField } from '@codemirror/state';
import { Decoration, type DecorationSet, EditorView, GutterMarker, gutter } from '@codemirror/view';
import { KNOWLEDGE_WORDS, type Knowledge } from './line-knowledge.ts';
import type { LineStory } from './running-line.ts';

/** Everything that is said of the lines of a text, by line. */
export interface LineMarks {
  readonly knowledge: ReadonlyMap<number, Knowledge>;
  readonly stories: ReadonlyMap<number, LineStory>;
}

const NO_MARKS: LineMarks = { knowledge: new Map(), stories: new Map() };

export const setLineMarks = StateEffect.define<LineMarks>();
/** From 1; null for none. */
export const setRunningLine = StateEffect.define<number | null>();

const SHAPES: Readonly<Record<Knowledge, string>> = { exact: '●', predicted: '◐', 'not-reached': '○' };

class KnowledgeMark extends GutterMarker {
  readonly #knowledge: Knowledge | undefined;
  readonly #story: LineStory | undefined;

  constructor(knowledge: Knowledge | undefined, story: LineStory | undefined) {
    super();
    this.#knowledge = knowledge;
    this.#story = story;
  }

  override eq(other: GutterMarker): boolean {
    return other instanceof KnowledgeMark && other.#words === this.#words;
  }

  get #words(): string {
    return [
      ...(this.#knowledge === undefined ? [] : [KNOWLEDGE_WORDS[this.#knowledge].long]),
      ...(this.#story === undefined ? [] : [storyInWords(this.#story)]),
    ].join(' ');
  }

  override toDOM(): Node {
    const mark = document.createElement('span');
    const threw = this.#story?.threw === true;
    mark.className = `program-mark program-mark-${threw ? 'threw' : (this.#knowledge ?? 'ran')}`;
    mark.textContent = threw ? '×' : this.#knowledge === undefined ? '·' : SHAPES[this.#knowledge];
    mark.title = this.#words;
    return mark;
  }
}

export function storyInWords({ calls, durationS, threw }: LineStory): string {
  const times = calls === 1 ? 'once' : `${calls} times`;
  return `In the run: called ${times}, ${durationS.toFixed(1)} s${threw ? '; a call failed' : ''}.`;
}

const marksField = StateField.define<LineMarks>({
  create: () => NO_MARKS,
  update(marks, transaction) {
    for (const effect of transaction.effects) if (effect.is(setLineMarks)) return effect.value;
    // Of another text nothing is known.
    return transaction.docChanged ? NO_MARKS : marks;
  },
});

const runningField = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(running, transaction) {
    for (const effect of transaction.effects) {
      if (!effect.is(setRunningLine)) continue;
      const { doc } = transaction.state;
      if (effect.value === null || effect.value < 1 || effect.value > doc.lines) return Decoration.none;
      return Decoration.set(RUNNING_LINE.range(doc.line(effect.value).from));
    }
    return transaction.docChanged ? Decoration.none : running;
  },
  provide: (field) => EditorView.decorations.from(field),
});

const RUNNING_LINE = Decoration.line({ class: 'program-running', attributes: { 'aria-current': 'step' } });

export const LINE_MARKS: Extension = [
  marksField,
  runningField,
  gutter({
    class: 'program-marks',
    markers: (view) => {
      const { knowledge, stories } = view.state.field(marksField);
      const lines = [...new Set([...knowledge.keys(), ...stories.keys()])].sort((a, b) => a - b);
      return RangeSet.of(
        lines
          .filter((line) => line >= 1 && line <= view.state.doc.lines)
          .map((line) =>
            new KnowledgeMark(knowledge.get(line), stories.get(line)).range(view.state.doc.line(line).from),
          ),
      );
    },
    initialSpacer: () => new KnowledgeMark('exact', undefined),
  }),
];
