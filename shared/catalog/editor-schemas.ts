// Owns the JSON Schemas by which editors complete and check declarations while they are written.
import { z } from 'zod';
import { PLATFORM_FILES } from './compile-platform.ts';
import { endpointFile } from './declarations/endpoint-file.ts';
import { eventTypeFile } from './declarations/event-type-file.ts';
import { sourceFile } from './declarations/source-file.ts';
import { unitTestFile } from './declarations/unit-test-file.ts';

/** A JSON Schema with the files that it is for. */
export interface EditorSchema {
  /** Name of the schema's file: `event-type.schema.json`. */
  readonly name: string;
  /** Files of the repository that it describes, as a glob. */
  readonly files: string;
  readonly schema: object;
}

/** A schema for every kind of declaration, in JSON Schema 2020-12. They tell what a file may say; compile tells what is true. */
export function editorSchemas(): readonly EditorSchema[] {
  const platform = Object.entries(PLATFORM_FILES).map(([name, schema]) =>
    editorSchema(`platform-${name}`, `platform/${name}.yaml`, schema),
  );
  return [
    editorSchema('event-type', 'events/*/*.yaml', eventTypeFile),
    editorSchema('endpoint', 'sql/*/*/endpoint.yaml', endpointFile),
    editorSchema('source', 'platform/sources/*.yaml', sourceFile),
    editorSchema('unit-test', 'sql/*/*/tests/*.yaml', unitTestFile),
    ...platform,
  ];
}

/** The setting of the YAML extension of VS Code that points files to the schemas in a folder. */
export function editorSettings(folder: string): { readonly [setting: string]: object } {
  return { 'yaml.schemas': Object.fromEntries(editorSchemas().map(({ name, files }) => [`${folder}/${name}`, files])) };
}

function editorSchema(name: string, files: string, schema: z.ZodType): EditorSchema {
  return {
    name: `${name}.schema.json`,
    files,
    schema: z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }),
  };
}
