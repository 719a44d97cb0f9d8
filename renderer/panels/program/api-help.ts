// Owns hover and completion in the editor: signature and documentation of what the API of the open tier offers. Must never
// run anything, and never show text as anything but text.

import {
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
  type CompletionSource,
} from '@codemirror/autocomplete';
import { localCompletionSource, snippets } from '@codemirror/lang-javascript';
import { syntaxTree } from '@codemirror/language';
import type { EditorState, Extension } from '@codemirror/state';
import { type EditorView, hoverTooltip, type Tooltip } from '@codemirror/view';
import { type ApiWord, type ApiWords, wordAt } from './api-words.ts';

const TYPES: Readonly<Record<ApiWord['kind'], string>> = {
  function: 'function',
  constant: 'constant',
  type: 'type',
  module: 'namespace',
  object: 'text',
};

function help({ signature, documentation, module }: ApiWord): HTMLElement {
  const box = document.createElement('div');
  box.className = 'program-help';
  const add = (className: string, text: string) => {
    if (text === '') return;
    const part = document.createElement('div');
    part.className = className;
    part.textContent = text;
    box.append(part);
  };
  add('program-help-signature', signature);
  add('program-help-words', documentation);
  add('program-help-module', module === '' ? '' : `from ${module}`);
  return box;
}

function completionOf(word: ApiWord, more: Partial<Completion> = {}): Completion {
  return { label: word.name, type: TYPES[word.kind], info: () => help(word), ...more };
}

/** Whether the text at a position stands between quotes, and where it begins. */
function quoteAt(state: EditorState, at: number): { readonly from: number; readonly isImport: boolean } | undefined {
  const node = syntaxTree(state).resolveInner(at, -1);
  if (node.name !== 'String') return undefined;
  return { from: node.from + 1, isImport: node.parent?.name === 'ImportDeclaration' };
}

function apiSource(words: () => ApiWords): CompletionSource {
  return (context: CompletionContext): CompletionResult | null => {
    const { functions, modules, exports, objects } = words();
    const { state, pos } = context;
    const quote = quoteAt(state, pos);
    if (quote !== undefined) {
      const options = (quote.isImport ? modules : objects).map((word) => completionOf(word));
      // Object names hold spaces, so everything since the quote counts.
      return options.length === 0 ? null : { from: quote.from, options, validFor: /^[^'"]*$/ };
    }
    const typed = context.matchBefore(/[\w$]+/);
    if (typed === null && !context.explicit) return null;
    const from = typed?.from ?? pos;
    const statement = syntaxTree(state).resolveInner(pos, -1);
    for (let node: typeof statement | null = statement; node !== null; node = node.parent) {
      if (node.name !== 'ImportGroup') continue;
      const specifier = node.parent?.getChild('String');
      const named = specifier == null ? '' : state.sliceDoc(specifier.from + 1, specifier.to - 1);
      const exported = exports.get(named) ?? [...exports.values()].flat();
      return { from, options: exported.map((word) => completionOf(word)), validFor: /^[\w$]*$/ };
    }
    const before = state.sliceDoc(Math.max(0, from - 1), from);
    // Members of values are the checker's to know.
    if (before === '.') return null;
    return { from, options: functions.map((word) => completionOf(word, { boost: 2 })), validFor: /^[\w$]*$/ };
  };
}

function snippetSource(context: CompletionContext): CompletionResult | null {
  const typed = context.matchBefore(/[\w$]+/);
  if (typed === null || quoteAt(context.state, context.pos) !== undefined) return null;
  return { from: typed.from, options: snippets.filter(({ label }) => label !== 'class'), validFor: /^[\w$]*$/ };
}

function hover(words: () => ApiWords) {
  return (view: EditorView, pos: number): Tooltip | null => {
    const node = syntaxTree(view.state).resolveInner(pos, 1);
    if (!/^(VariableName|VariableDefinition|PropertyName)$/.test(node.name)) return null;
    const word = wordAt(view.state.sliceDoc(node.from, node.to), view.state.doc.toString(), words());
    if (word === undefined) return null;
    return { pos: node.from, end: node.to, above: true, create: () => ({ dom: help(word) }) };
  };
}

/** @param words asked anew each time, so that another cell's API needs no new editor */
export function apiHelp(words: () => ApiWords): Extension {
  return [
    hoverTooltip(hover(words), { hoverTime: 250 }),
    autocompletion({
      override: [apiSource(words), localCompletionSource, snippetSource],
      icons: false,
      maxRenderedOptions: 60,
    }),
  ];
}
