// Owns what a skill of the library is: its code, its words, its tests, and where it comes from. Must never hold a skill
// whose code is not the code its record names.

import { z } from 'zod';

/** How a skill came to be; whatever later makes skills adds its kind here. */
const provenanceSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    /** Described in public, written here. */
    kind: z.literal('published'),
    source: z.string().min(1),
    date: z.iso.date(),
  }),
]);

/** The record of a skill, as `skill.json` holds it. */
export const skillRecordSchema = z.strictObject({
  /** That of its folder. */
  name: z.string().regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'must be words of small letters joined by -'),
  /** Raised by every change of the code. */
  version: z.number().int().positive(),
  /** Only promoted skills are offered to programs. */
  state: z.enum(['candidate', 'promoted', 'demoted']),
  /** The functions its code gives to programs. */
  exports: z.array(z.string().regex(/^[A-Za-z_]\w*$/)).min(1),
  /** One sentence, for lists. */
  summary: z.string().min(1).max(200),
  provenance: provenanceSchema,
  /** Of the text of `skill.ts` with LF line ends, hex. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hex digits'),
});

export type SkillRecord = z.infer<typeof skillRecordSchema>;

export interface LibraryEntry {
  readonly record: SkillRecord;
  /** TypeScript of a policy program: no import but `capstan:` modules. */
  readonly code: string;
  /** A policy program that imports the skill from `capstan:skills` and throws when it is wrong. */
  readonly tests: string;
  /** When to use it, with an example program in a `ts` fence. */
  readonly documentation: string;
}
