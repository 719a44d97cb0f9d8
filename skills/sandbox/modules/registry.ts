// Owns the list of `capstan:` modules: the text that runs in the sandbox and the declarations the checker gives out.
// The texts are printed by the build (esbuild.config.js) from the TypeScript files beside this one, each of which is a
// module, and from the promoted skills of skills/library, which are `capstan:skills`. They are made at `npm ci`, at every
// build and before the tests, and are no part of the repository. Must never be edited by hand in their JSON.

import texts from './module-texts.json' with { type: 'json' };

export { BRIDGE_TEXT } from '../guest/bridge-text.ts';

export interface GuestModule {
  /** As "capstan:math". */
  readonly specifier: string;
  /** One ES module text; imports nothing but other modules of this list. */
  readonly javascript: string;
  /** Its .d.ts text; imports nothing but types of other modules of this list. */
  readonly declarations: string;
}

export const GUEST_MODULES: readonly GuestModule[] = texts.modules;
