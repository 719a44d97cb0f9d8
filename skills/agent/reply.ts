// Owns what a reply of the model means: prose with exactly one program, or the line FINISH. Must never guess: a reply that
// is neither is asked again, and is never taken for finished.

/** What the model decided. */
export type Decision =
  | { readonly kind: 'program'; readonly source: string }
  | { readonly kind: 'finish'; readonly reason: string }
  /** `problem` says in words for the model what is wrong with its reply. */
  | { readonly kind: 'malformed'; readonly problem: string };

/** Longer programs are not read: nobody could approve them (characters). */
const LONGEST_PROGRAM = 60_000;

interface Block {
  readonly language: string;
  readonly body: string;
}

const OPENING = /^ {0,3}(`{3,}|~{3,})\s*([\w+-]*)[^`]*$/;
const FINISH = /^FINISH[ \t]*(?::[ \t]*(.*))?$/;
const PROGRAM_LANGUAGES = ['ts', 'typescript'];

/** Reads a reply as DESIGN §3.1 has it. */
export function parseReply(text: string): Decision {
  const parts = split(text);
  if (parts === undefined) {
    return malformed('The fenced block has no end: the reply was cut off, or the closing ``` is missing.');
  }
  const { blocks, prose } = parts;
  const programs = blocks.filter(({ language }) => PROGRAM_LANGUAGES.includes(language.toLowerCase()));
  const claim = prose.map((line) => FINISH.exec(line.trim())).find((match) => match !== null);
  if (programs.length > 1) {
    return malformed(`The reply has ${programs.length} fenced ts blocks; it must have exactly one.`);
  }
  if (programs.length === 1 && claim !== undefined) {
    return malformed('The reply has both a fenced ts block and FINISH; it must be one or the other.');
  }
  if (claim !== undefined) return { kind: 'finish', reason: (claim[1] ?? '').trim() };
  if (programs.length === 0) {
    return malformed(
      blocks.length === 0
        ? 'The reply has neither a fenced ts block nor a line FINISH.'
        : 'The fenced block is not marked as ts: begin it with ```ts.',
    );
  }
  const [{ body }] = programs;
  if (body.trim() === '') return malformed('The fenced ts block is empty.');
  if (body.length > LONGEST_PROGRAM) {
    return malformed(`The program has ${body.length} characters; more than ${LONGEST_PROGRAM} are not read.`);
  }
  return { kind: 'program', source: body };
}

function malformed(problem: string): Decision {
  return { kind: 'malformed', problem };
}

/** Fenced blocks, and the lines outside of them; undefined when a block has no end. */
function split(text: string): { readonly blocks: readonly Block[]; readonly prose: readonly string[] } | undefined {
  const blocks: Block[] = [];
  const prose: string[] = [];
  let open: { readonly fence: string; readonly language: string; readonly lines: string[] } | undefined;
  for (const line of text.replace(/\r\n?/g, '\n').split('\n')) {
    if (open !== undefined) {
      const end = line.trim();
      if (end.length >= open.fence.length && end === open.fence[0].repeat(end.length)) {
        blocks.push({ language: open.language, body: open.lines.join('\n') });
        open = undefined;
      } else open.lines.push(line);
      continue;
    }
    const opening = OPENING.exec(line);
    if (opening === null) prose.push(line);
    else open = { fence: opening[1], language: opening[2], lines: [] };
  }
  return open === undefined ? { blocks, prose } : undefined;
}
