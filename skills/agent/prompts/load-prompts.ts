// Owns the reading of the prompt files. Must never hold a word of a prompt: every word a model is told stands in a file
// beside this one, in the API definition, or in what happened.

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PROMPT_NAMES, type PromptFiles, parsePromptFiles } from '../prompt-files.ts';

/**
 * The prompts that come with the installation; beside this file, or seen from the bundle.
 * @throws Error that names the file that is missing or not as it must be
 */
export function loadPrompts(): PromptFiles {
  const here = dirname(fileURLToPath(import.meta.url));
  const folders = [here, join(here, '..', 'skills', 'agent', 'prompts')];
  for (const folder of folders) {
    if (!isThere(join(folder, 'system.md'))) continue;
    return parsePromptFiles(
      Object.fromEntries(PROMPT_NAMES.map((name) => [name, readFileSync(join(folder, `${name}.md`), 'utf8')])),
    );
  }
  throw new Error(`the prompts are missing: they belong in ${folders[1]}`);
}

function isThere(file: string): boolean {
  try {
    readFileSync(file);
    return true;
  } catch {
    return false;
  }
}
