// Owns the step from a zod schema to the TypeScript text of the type it accepts, so that what a program is told, what
// the checker allows and what the binding accepts are one thing. Must never print a type it does not know.

import type { z } from 'zod';
import type { NamedType } from './named-types.ts';

/** The parts of a zod definition this printer reads. */
interface SchemaDef {
  readonly type: string;
  readonly innerType?: Schema;
  readonly element?: Schema;
  readonly in?: Schema;
  readonly items?: readonly Schema[];
  readonly options?: readonly Schema[];
  readonly shape?: Readonly<Record<string, Schema>>;
  readonly entries?: Readonly<Record<string, string>>;
  readonly values?: readonly unknown[];
}
interface Schema {
  readonly def: unknown;
}

const defOf = (schema: Schema) => schema.def as SchemaDef;

export function isOptional(schema: z.ZodType): boolean {
  return defOf(schema).type === 'optional';
}

/**
 * TypeScript text of what `schema` accepts. A schema that is in `named` prints as its name.
 * @param expand print this named schema in full, for its own declaration
 * @throws RangeError for a kind of schema the printer does not know
 */
export function typeText(schema: Schema, named: readonly NamedType[], expand?: Schema): string {
  const print = (inner: Schema) => typeText(inner, named);
  const known = named.find((type) => type.schema === schema);
  if (known && schema !== expand) return known.name;
  if (known?.text) return known.text;
  const def = defOf(schema);
  switch (def.type) {
    case 'string':
    case 'number':
    case 'boolean':
      return def.type;
    case 'optional':
      return print(def.innerType!);
    case 'pipe':
      return print(def.in!);
    case 'array':
      return `${print(def.element!)}[]`;
    case 'tuple':
      return `[${def.items!.map(print).join(', ')}]`;
    case 'literal':
      return def.values!.map(literalText).join(' | ');
    case 'enum':
      return Object.values(def.entries!).map(literalText).join(' | ');
    case 'union':
      return def.options!.map(print).join(' | ');
    case 'object':
      return objectText(def.shape!, named);
    default:
      throw new RangeError(`the API uses a schema of kind "${def.type}", which has no TypeScript text`);
  }
}

function objectText(shape: Readonly<Record<string, Schema>>, named: readonly NamedType[]): string {
  // An object that starts with the fields of ArmOption is written as an intersection, as DESIGN.md §4 does.
  const armOption = named.find((type) => type.name === 'ArmOption');
  const armField = armOption && defOf(armOption.schema).shape?.arm;
  const fields = Object.entries(shape);
  const extendsArmOption = fields.length > 1 && fields[0][0] === 'arm' && fields[0][1] === armField;
  const own = (extendsArmOption ? fields.slice(1) : fields).map(([name, schema]) => {
    const optional = defOf(schema).type === 'optional' ? '?' : '';
    return `${name}${optional}: ${typeText(schema, named)}`;
  });
  const text = `{ ${own.join('; ')} }`;
  return extendsArmOption ? `ArmOption & ${text}` : text;
}

function literalText(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : String(value);
}
