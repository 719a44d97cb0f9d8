// Owns the marks of the check in the editor: what the session's checker says of the text as it stands. Must never say that
// a text is right: only the check before an offer counts.

import { type Diagnostic, linter, lintGutter } from '@codemirror/lint';
import type { Extension, Text } from '@codemirror/state';
import type { ConsoleDiagnostic } from '../../../electron/ipc/console-contract.ts';

/** Typing rests this long before a check is asked for, milliseconds. */
const REST_MS = 400;

/** As long as the text is: places in a text that has changed since are kept inside of it. */
export function diagnosticsIn(doc: Text, diagnostics: readonly ConsoleDiagnostic[]): readonly Diagnostic[] {
  const place = (line: number, column: number) => {
    const { from, to } = doc.line(Math.min(Math.max(line, 1), doc.lines));
    return Math.min(from + Math.max(column - 1, 0), to);
  };
  return diagnostics.map(({ line, column, endLine, endColumn, severity, message, hint, code }) => {
    const from = place(line, column);
    return {
      from,
      to: Math.max(from, place(endLine, endColumn)),
      severity,
      source: code,
      message: hint === '' ? message : `${message}\nNext: ${hint}`,
    };
  });
}

/**
 * @param check what the checker says of a text; undefined when it could not be asked
 * @param onChecked told of every answer that still belongs to the text
 */
export function checkLint(
  check: (source: string) => Promise<readonly ConsoleDiagnostic[] | undefined>,
  onChecked: (diagnostics: readonly ConsoleDiagnostic[]) => void,
): Extension {
  return [
    lintGutter(),
    linter(
      async ({ state: { doc } }) => {
        const found = await check(doc.toString());
        if (found === undefined) return [];
        onChecked(found);
        return diagnosticsIn(doc, found);
      },
      { delay: REST_MS },
    ),
  ];
}
