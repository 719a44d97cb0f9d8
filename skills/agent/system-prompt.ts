// Owns what a model is told once and for all in a session: the rules, the functions, the skills, the notes. Must never say
// anything that the tier must not know: it is made of the API definition and of files, and of nothing in the world.

import type { PolicyApi } from '../api/definition.ts';
import { type DocumentedModule, documentationText } from '../api/documentation.ts';
import type { LibraryEntry } from '../library/skill-entry.ts';
import { fence } from './fence.ts';
import type { Feedback } from './modes.ts';
import type { RigNotes } from './notes.ts';
import { fill, type PromptFiles } from './prompt-files.ts';

export interface SystemPromptParts {
  readonly prompts: PromptFiles;
  readonly api: PolicyApi;
  /** The modules that programs may import. */
  readonly modules: readonly DocumentedModule[];
  /** The library; only promoted skills are shown. */
  readonly skills: readonly LibraryEntry[];
  /** Undefined when there are none, or they are switched off. */
  readonly notes: RigNotes | undefined;
  readonly feedback: Feedback;
  readonly turns: number;
}

/** The module that the promoted skills make up. */
const SKILLS_MODULE = 'capstan:skills';

export function systemPrompt(parts: SystemPromptParts): string {
  const { prompts, api, modules, notes, feedback, turns } = parts;
  const many = { turns: String(turns), feedback: fill(prompts, `feedback-${feedback}`, {}) };
  const skills = skillsText(parts);
  return fill(prompts, 'system', {
    turns: turns === 1 ? fill(prompts, 'turns-one', {}) : fill(prompts, 'turns-many', many),
    api: documentationText(
      api,
      modules.filter(({ specifier }) => specifier !== SKILLS_MODULE),
    ),
    skills: skills === '' ? '' : `${fill(prompts, 'skills', { skills: fence('skills', skills) })}\n`,
    notes: notes === undefined ? '' : `${fill(prompts, 'notes', { notes: fence('notes', notes.text) })}\n`,
  });
}

/** Signatures of the promoted skills, and when to use each; tier S4 is shown no examples. */
function skillsText({ api, modules, skills }: SystemPromptParts): string {
  const promoted = skills.filter(({ record }) => record.state === 'promoted');
  const module = modules.find(({ specifier }) => specifier === SKILLS_MODULE);
  if (promoted.length === 0 || module === undefined) return '';
  const words = promoted.map(({ record, documentation }) =>
    api.tier === 'S4' ? `${record.exports.join(', ')}: ${record.summary}` : documentation.trim(),
  );
  return [module.declarations.trim(), ...words].join('\n\n');
}
