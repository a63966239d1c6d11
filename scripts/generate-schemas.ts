// Owns writing the JSON Schemas of declarations to build/schemas, where editors find them.
import { mkdirSync, writeFileSync } from 'node:fs';
import { editorSchemas, editorSettings } from '#shared/catalog/editor-schemas.ts';

const FOLDER = 'build/schemas';

mkdirSync(FOLDER, { recursive: true });
for (const { name, schema } of editorSchemas())
  writeFileSync(`${FOLDER}/${name}`, `${JSON.stringify(schema, null, 2)}\n`);
process.stderr.write(`The schemas are in ${FOLDER}. The setting for the YAML extension of VS Code is on stdout.\n`);
process.stdout.write(`${JSON.stringify(editorSettings(`./${FOLDER}`), null, 2)}\n`);
