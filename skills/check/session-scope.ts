// Owns how the names of earlier blocks reach the check of the next one: each block is a module of its own, and the
// program imports the newest of every name it does not declare itself.
// Must never let an older name win over a newer one.

import type { ExportedName, FinishedBlock, SessionScope } from './check-result.ts';

const SESSION_PREFIX = 'session:';

export function sessionSpecifier(blockName: string): string {
  return `${SESSION_PREFIX}${blockName}`;
}

/** The newest owner of every name of the session, without the names in `hidden`. */
function newestNames(session: SessionScope, hidden: ReadonlySet<string>): Map<FinishedBlock, ExportedName[]> {
  const seen = new Set(hidden);
  const byBlock = new Map<FinishedBlock, ExportedName[]>();
  for (const block of [...session.blocks].reverse()) {
    const visible = block.exportedNames.filter((entry) => !seen.has(entry.name));
    for (const entry of visible) seen.add(entry.name);
    byBlock.set(block, visible);
  }
  return byBlock;
}

/** Imports that follow the program's own text: constants, functions, classes and types. */
export function sessionImports(session: SessionScope, hidden: ReadonlySet<string>): string {
  return [...newestNames(session, hidden)]
    .map(([block, names]) => {
      const imported = names.filter((entry) => entry.kind !== 'variable').map((entry) => entry.name);
      return imported.length > 0
        ? `import { ${imported.join(', ')} } from '${sessionSpecifier(block.blockName)}';`
        : '';
    })
    .join('');
}

/** Ambient declarations of the session's variables, which unlike imports may be assigned. */
export function sessionVariables(session: SessionScope): string {
  return [...newestNames(session, new Set())]
    .flatMap(([block, names]) =>
      names
        .filter((entry) => entry.kind === 'variable')
        .map(({ name }) => `declare let ${name}: typeof import('${sessionSpecifier(block.blockName)}').${name};`),
    )
    .join('\n');
}
