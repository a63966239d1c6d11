/** Runs DDL: each statement one durable step. */

import { resolveDefinition, type DefinitionStatement } from '../../analysis/resolve-statement.ts';
import { byKind, type RulesByKind } from '../../syntax/by-kind.ts';
import type { DefinitionTree } from '../../tree/definition.ts';
import type { StatementResult, StatementType } from '../requests.ts';
import { alterObject } from './alter.ts';
import { bytesRead } from './bytes-read.ts';
import { createFunction, createSchema, createView } from './create-objects.ts';
import { createTable } from './create-table.ts';
import type { DefinitionOutcome } from './definition-outcome.ts';
import { dropObject } from './drop.ts';
import { referencesOf } from './references.ts';
import { refuseDestination } from './run-change.ts';
import { execute, newAnalysis, type Run } from './run.ts';

const rules: RulesByKind<DefinitionTree, [Run], Promise<DefinitionOutcome>> = {
  createSchema,
  createTable,
  createView,
  createFunction,
  drop: dropObject,
  alter: alterObject,
};

/** Analyses and runs CREATE, DROP or ALTER. */
export async function runDefinition(run: Run, statement: DefinitionStatement): Promise<StatementResult> {
  refuseDestination(run, 'DDL');
  const startMs = performance.now();
  const analysis = newAnalysis(run);
  const tree = resolveDefinition(statement, analysis);
  const base = {
    statementType: statementTypeOf(tree),
    ...referencesOf(analysis),
    bytesProcessed: await bytesRead(
      run,
      tree.kind === 'createTable' && tree.query !== undefined ? { queries: [tree.query] } : {},
    ),
    analysisMs: performance.now() - startMs,
  };
  if (run.request.dryRun === true) return { ...base, executionMs: 0 };
  const runMs = performance.now();
  const { ddl, schema } = await execute(run, () => byKind(rules, tree, run));
  return { ...base, ddl, ...(schema === undefined ? {} : { schema }), executionMs: performance.now() - runMs };
}

function statementTypeOf(tree: DefinitionTree): StatementType {
  switch (tree.kind) {
    case 'createSchema':
      return 'CREATE_SCHEMA';
    case 'createTable':
      return tree.query === undefined ? 'CREATE_TABLE' : 'CREATE_TABLE_AS_SELECT';
    case 'createView':
      return 'CREATE_VIEW';
    case 'createFunction':
      return tree.form === 'table' ? 'CREATE_TABLE_FUNCTION' : 'CREATE_FUNCTION';
    case 'drop':
      return dropTypes[tree.dropped];
    case 'alter':
      return alterTypes[tree.altered];
  }
}

const dropTypes = {
  SCHEMA: 'DROP_SCHEMA',
  TABLE: 'DROP_TABLE',
  VIEW: 'DROP_VIEW',
  'MATERIALIZED VIEW': 'DROP_MATERIALIZED_VIEW',
  'SNAPSHOT TABLE': 'DROP_SNAPSHOT_TABLE',
  FUNCTION: 'DROP_FUNCTION',
  'TABLE FUNCTION': 'DROP_TABLE_FUNCTION',
  PROCEDURE: 'DROP_PROCEDURE',
} as const;

const alterTypes = {
  SCHEMA: 'ALTER_SCHEMA',
  TABLE: 'ALTER_TABLE',
  VIEW: 'ALTER_VIEW',
  'MATERIALIZED VIEW': 'ALTER_MATERIALIZED_VIEW',
} as const;
