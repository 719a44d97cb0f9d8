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

/** What the writer of a whole program and the writer of one of its functions are both told of the robot. */
type Abilities = Pick<SystemPromptParts, 'prompts' | 'api' | 'modules' | 'skills'>;

export function systemPrompt(parts: SystemPromptParts): string {
  const { prompts, notes, feedback, turns } = parts;
  const many = { turns: String(turns), feedback: fill(prompts, `feedback-${feedback}`, {}) };
  return fill(prompts, 'system', {
    turns: turns === 1 ? fill(prompts, 'turns-one', {}) : fill(prompts, 'turns-many', many),
    ...abilities(parts),
    notes: notes === undefined ? '' : `${fill(prompts, 'notes', { notes: fence('notes', notes.text) })}\n`,
  });
}

/** What the writer of single functions is told once and for all. */
export function functionSystemPrompt(parts: Abilities): string {
  return fill(parts.prompts, 'function-system', abilities(parts));
}

function abilities(parts: Abilities): { readonly api: string; readonly skills: string } {
  const skills = skillsText(parts);
  return {
    api: documentationText(
      parts.api,
      parts.modules.filter(({ specifier }) => specifier !== SKILLS_MODULE),
    ),
    skills: skills === '' ? '' : `${fill(parts.prompts, 'skills', { skills: fence('skills', skills) })}\n`,
  };
}

/** Signatures of the promoted skills, and when to use each; tier S4 is shown no examples. */
function skillsText({ api, modules, skills }: Abilities): string {
  const promoted = skills.filter(({ record }) => record.state === 'promoted');
  const module = modules.find(({ specifier }) => specifier === SKILLS_MODULE);
  if (promoted.length === 0 || module === undefined) return '';
  const words = promoted.map(({ record, documentation }) =>
    api.tier === 'S4' ? `${record.exports.join(', ')}: ${record.summary}` : documentation.trim(),
  );
  return [module.declarations.trim(), ...words].join('\n\n');
}
