// Owns the making of diagnostics from places in the syntax tree.

import type ts from 'typescript';
import type { CheckDiagnostic } from './check-result.ts';

/** A diagnostic whose place is still an offset. */
export interface Finding {
  readonly start: number;
  readonly end: number;
  readonly severity: 'error' | 'warning';
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

export function findingAt(
  node: ts.Node,
  file: ts.SourceFile,
  what: {
    readonly code: string;
    readonly message: string;
    readonly hint: string;
    readonly severity?: 'error' | 'warning';
  },
): Finding {
  return { severity: 'error', ...what, start: node.getStart(file), end: node.getEnd() };
}

/** Places in lines and columns of the source as written, in its order. */
export function diagnosticsOf(
  findings: readonly Finding[],
  file: ts.SourceFile,
  sourceLength: number,
): CheckDiagnostic[] {
  const place = (offset: number) => {
    const { line, character } = file.getLineAndCharacterOfPosition(Math.min(Math.max(offset, 0), sourceLength));
    return { line: line + 1, column: character + 1 };
  };
  return [...findings]
    .sort((a, b) => a.start - b.start || a.end - b.end)
    .map(({ start, end, severity, code, message, hint }) => {
      const from = place(start);
      const to = place(end);
      return {
        line: from.line,
        column: from.column,
        endLine: to.line,
        endColumn: to.column,
        severity,
        code,
        message,
        hint,
      };
    });
}
