// Owns writing JSON Schemas as TypeScript types, in the form that the formatter leaves alone.

/** As much of JSON Schema as zod writes for plain data. */
export interface JsonSchema {
  readonly type?: string;
  readonly $ref?: string;
  readonly enum?: readonly string[];
  readonly const?: string;
  readonly anyOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly propertyNames?: JsonSchema;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly description?: string;
}

const WIDTH = 120;

/** An exported type of a name. @throws TypeError for what no shape of ours has */
export function typeDeclaration(name: string, schema: JsonSchema): string {
  if (schema.properties !== undefined) return `export interface ${name} ${typeOf(schema, '')}\n`;
  const line = `export type ${name} = ${typeOf(schema, '')};`;
  if (line.length <= WIDTH || schema.enum === undefined) return `${line}\n`;
  return `export type ${name} =\n${schema.enum.map((value) => `  | '${value}'`).join('\n')};\n`;
}

function typeOf(schema: JsonSchema, indent: string): string {
  if (schema.$ref !== undefined) return schema.$ref;
  if (schema.anyOf !== undefined) return schema.anyOf.map((one) => typeOf(one, indent)).join(' | ');
  if (schema.const !== undefined) return `'${schema.const}'`;
  if (schema.enum !== undefined) return schema.enum.map((value) => `'${value}'`).join(' | ');
  switch (schema.type) {
    case 'string':
    case 'boolean':
      return schema.type;
    case 'integer':
    case 'number':
      return 'number';
    case 'array':
      return `readonly ${element(schema.items, indent)}[]`;
    case 'object':
      return schema.properties === undefined ? recordOf(schema, indent) : objectOf(schema, indent);
    default:
      throw new TypeError(`no TypeScript for the schema ${JSON.stringify(schema)}`);
  }
}

function element(items: JsonSchema | undefined, indent: string): string {
  const type = typeOf(items ?? {}, indent);
  return items?.anyOf !== undefined || items?.enum !== undefined ? `(${type})` : type;
}

function recordOf({ propertyNames, additionalProperties }: JsonSchema, indent: string): string {
  if (typeof additionalProperties !== 'object') throw new TypeError('a record of anything');
  const names = propertyNames?.$ref ?? 'string';
  const record = `Record<${names}, ${typeOf(additionalProperties, indent)}>`;
  return names === 'string' ? `Readonly<${record}>` : `Readonly<Partial<${record}>>`;
}

function objectOf({ properties = {}, required = [] }: JsonSchema, indent: string): string {
  const inner = `${indent}  `;
  const lines = Object.entries(properties).map(([name, schema]) => {
    const optional = required.includes(name) ? '' : '?';
    return `${inner}readonly ${name}${optional}: ${typeOf(schema, inner)};`;
  });
  return `{\n${lines.join('\n')}\n${indent}}`;
}
