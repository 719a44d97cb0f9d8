// Owns which prompt files there are, which places each has to fill, and the filling. Must never hold a word of a prompt.

/** Each file, and the places in it that are filled: written {{name}} there, exactly these. */
const PLACES = {
  system: ['turns', 'api', 'skills', 'notes'],
  'turns-one': [],
  'turns-many': ['turns', 'feedback'],
  'feedback-text': [],
  'feedback-image': [],
  'feedback-difference': [],
  skills: ['skills'],
  notes: ['notes'],
  opening: ['instruction', 'scene', 'decide'],
  'next-instruction': ['instruction', 'scene', 'decide'],
  'scene-names': ['objects'],
  'scene-description': ['description'],
  'scene-pictures': ['cameras'],
  decide: [],
  'ask-again': ['problem'],
  'check-failed': ['check'],
  ran: ['outcome', 'run'],
  rejected: ['reasons'],
  stopped: ['reason'],
  difference: ['description', 'success'],
  pictures: ['cameras'],
  'not-done': ['description', 'success'],
  'function-system': ['api', 'skills'],
  function: ['name', 'uses', 'program'],
  'function-again': ['problem'],
  'functions-written': ['functions'],
  'functions-missing': ['problem'],
  'question-system': [],
  question: ['question', 'form', 'schema'],
  'question-again': ['problem'],
  'left-out': ['count', 'summary'],
  synthesis: ['candidates'],
  observer: [],
  'observe-first': ['cameras', 'instruction'],
  'observe-difference': ['instruction', 'order'],
  'observe-again': ['problem'],
} as const satisfies Record<string, readonly string[]>;

export type PromptName = keyof typeof PLACES;
type PlacesOf<Name extends PromptName> = Readonly<Record<(typeof PLACES)[Name][number], string>>;

export const PROMPT_NAMES = Object.keys(PLACES) as readonly PromptName[];

/** The text of every prompt file, checked. */
export type PromptFiles = Readonly<Record<PromptName, string>>;

const PLACE = /\{\{(\w+)\}\}/g;

/** @throws Error that names the file whose places are not those the program fills */
export function parsePromptFiles(texts: Readonly<Record<string, string>>): PromptFiles {
  for (const name of PROMPT_NAMES) {
    const text = texts[name];
    if (text === undefined) throw new Error(`the prompt ${name}.md is missing`);
    const found = [...new Set([...text.matchAll(PLACE)].map(([, place]) => place))].sort();
    const wanted = [...PLACES[name]].sort();
    if (found.join() !== wanted.join()) {
      throw new Error(
        `the prompt ${name}.md fills {{${found.join('}}, {{')}}}; it must fill exactly: ${wanted.join(', ') || 'nothing'}`,
      );
    }
  }
  const tidy = PROMPT_NAMES.map((name) => [name, texts[name].replace(/\r\n?/g, '\n').trimEnd()] as const);
  return Object.fromEntries(tidy) as unknown as PromptFiles;
}

/** A prompt with its places filled; what is filled in is not looked at again. */
export function fill<Name extends PromptName>(prompts: PromptFiles, name: Name, values: PlacesOf<Name>): string {
  const known: Readonly<Record<string, string>> = values;
  return prompts[name].replace(PLACE, (_, place: string) => known[place]);
}
