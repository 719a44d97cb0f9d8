// Owns reading the file that --detector names: which model servers find things in pictures. Must never ask a server.

import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { type ServerSettings, serverSettingsSchema } from '../../skills/perception/server-settings.ts';
import { UsageError } from './command.ts';

/** @throws UsageError that names the file, the field and what it must be */
export function readDetectorFile(path: string): ServerSettings {
  const file = resolve(path);
  if (!existsSync(file)) throw new UsageError(`--detector: there is no file ${file}`);
  const document = parseDocument(readFileSync(file, 'utf8'));
  if (document.errors.length > 0) throw new UsageError(`${file}: ${document.errors[0].message}`);
  const parsed = serverSettingsSchema.safeParse(document.toJS());
  if (!parsed.success) {
    const [{ path: field, message }] = parsed.error.issues;
    const known = Object.keys(serverSettingsSchema.shape).join(', ');
    throw new UsageError(`${file}: ${field.join('.') || 'the file'}: ${message}. The fields are ${known}.`);
  }
  const { sam3, sam2, owlVit } = parsed.data;
  if (sam3 === undefined && (sam2 === undefined || owlVit === undefined)) {
    throw new UsageError(`${file}: name the address of sam3, or of both owlVit and sam2: they find things by phrases.`);
  }
  return parsed.data;
}
