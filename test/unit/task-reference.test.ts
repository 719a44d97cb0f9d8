import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { goalTable, keyTable } from './task-reference.ts';

const PAGE = new URL('../../docs/tasks-and-rigs.md', import.meta.url);

/** Puts a table between its two marks. */
function withTable(text: string, name: string, table: string): string {
  const marks = new RegExp(`(<!-- ${name}: .*-->\\n)[^]*?(<!-- end of ${name} -->)`);
  expect(text).toMatch(marks);
  return text.replace(marks, (_all, begin: string, end: string) => `${begin}\n${table}\n\n${end}`);
}

test('the tables of the task file in the documentation are those of its schema', () => {
  const text = readFileSync(PAGE, 'utf8');
  const wanted = withTable(withTable(text, 'every key', keyTable()), 'every goal', goalTable());
  if (process.env.CAPSTAN_WRITE_DOCS === '1') writeFileSync(PAGE, wanted);
  else expect(text, 'out of date: run this test with CAPSTAN_WRITE_DOCS=1').toBe(wanted);
});
