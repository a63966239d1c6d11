// Owns console/api/types.ts, generated from the shapes that metadata answers: writes it, or with --check fails when it is stale.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { callerShape } from '#shared/metadata/api/caller-shape.ts';
import { countsShape, otherVerdictsShape } from '#shared/metadata/api/count-shape.ts';
import {
  columnShape,
  contractShape,
  deadlineShape,
  endpointShape,
  freshnessShape,
  freshnessState,
  promiseShape,
  withinShape,
} from '#shared/metadata/api/endpoint-shapes.ts';
import { erasureShape, erasureState } from '#shared/metadata/api/erasure-shape.ts';
import {
  inputPinShape,
  missingInputShape,
  newestPartitionsShape,
  onePartitionShape,
  partitionShape,
  shownState,
} from '#shared/metadata/api/partition-shape.ts';
import { runShape } from '#shared/metadata/api/run-shape.ts';
import { z } from 'zod';
import { type JsonSchema, typeDeclaration } from './typescript-of-schema.ts';

export const CONSOLE_TYPES_FILE = 'console/api/types.ts';

const HEAD = `// Generated from shared/metadata/api by \`node scripts/generate-console-types.ts\`; a test fails when this file is stale.
`;

const NAMES = {
  PartitionState: shownState,
  Partition: partitionShape,
  NewestPartitions: newestPartitionsShape,
  InputPin: inputPinShape,
  MissingInput: missingInputShape,
  OnePartition: onePartitionShape,
  FreshnessState: freshnessState,
  Freshness: freshnessShape,
  Within: withinShape,
  Deadline: deadlineShape,
  Promised: promiseShape,
  Endpoint: endpointShape,
  Column: columnShape,
  Contract: contractShape,
  Run: runShape,
  ErasureState: erasureState,
  Erasure: erasureShape,
  OtherVerdicts: otherVerdictsShape,
  Counts: countsShape,
  Caller: callerShape,
} as const;

/** What the file should hold. */
export function consoleTypes(): string {
  const registry = z.registry<{ id: string }>();
  for (const [id, shape] of Object.entries(NAMES)) registry.add(shape, { id });
  const { schemas } = z.toJSONSchema(registry, { uri: (id) => id });
  // zod writes plain data as the part of JSON Schema that the type names.
  const types = Object.keys(NAMES).map((name) => typeDeclaration(name, schemas[name] as JsonSchema));
  return [HEAD, ...types].join('\n');
}

if (import.meta.main) {
  if (process.argv.includes('--check')) {
    if (readFileSync(CONSOLE_TYPES_FILE, 'utf8') !== consoleTypes()) {
      process.stderr.write(`${CONSOLE_TYPES_FILE} is stale: run node scripts/generate-console-types.ts\n`);
      process.exitCode = 1;
    }
  } else {
    mkdirSync(dirname(CONSOLE_TYPES_FILE), { recursive: true });
    writeFileSync(CONSOLE_TYPES_FILE, consoleTypes());
  }
}
