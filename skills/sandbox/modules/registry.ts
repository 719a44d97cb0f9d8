// Owns the list of `capstan:` modules: the text that runs in the sandbox and the declarations the checker gives out.
// The texts are printed by the build from the TypeScript files beside this one (esbuild.config.js); a file added there
// becomes a module. Must never be edited by hand in its JSON.

import texts from './guest-texts.json' with { type: 'json' };

export interface GuestModule {
  /** As "capstan:math". */
  readonly specifier: string;
  /** One ES module text, no imports. */
  readonly javascript: string;
  /** Its .d.ts text, no imports. */
  readonly declarations: string;
}

export const GUEST_MODULES: readonly GuestModule[] = texts.modules;

/** What runs in the sandbox before any program. */
export const BRIDGE_TEXT: string = texts.bridge;
