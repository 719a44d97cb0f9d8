// Owns the text that runs in the sandbox before any program: bridge.ts as one JavaScript module, printed by the build
// (esbuild.config.js). Must never be edited by hand in its JSON.

import text from './bridge-text.json' with { type: 'json' };

export const BRIDGE_TEXT: string = text.bridge;
