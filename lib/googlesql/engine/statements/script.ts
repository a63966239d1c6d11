/** Interprets scripts: variables, branches, loops, blocks with handlers, EXECUTE IMMEDIATE. */

import { queryTree } from '../../analysis/analyze.ts';
import { generateOutput, outputColumns } from '../../duckdb/output.ts';
import type { ScriptStatement } from '../../syntax/ast-script.ts';
import type { Statement } from '../../syntax/ast-statement.ts';
import { byKind, type RulesByKind } from '../../syntax/by-kind.ts';
import { positionAt } from '../../syntax/source-text.ts';
import { SqlError } from '../../syntax/sql-error.ts';
import { STRING, structOf } from '../../types/sql-type.ts';
import type { SqlValue } from '../../values/sql-value.ts';
import { engineErrorOf, failure } from '../failure.ts';
import type { ChildStatement } from '../requests.ts';
import { duckReader } from '../storage/duck-values.ts';
import { executeImmediate } from './execute-immediate.ts';
import { execute, newAnalysis, notSupported, sessionOf, type Run } from './run.ts';
import { isPlain, runStatement } from './run-statement.ts';
import { holds, typedValueOf } from './script-expressions.ts';
import { declareVariables, setVariables } from './script-variables.ts';

/** A script at work. */
export interface Script {
  readonly run: Run;
  /** What places are places of. */
  readonly text: string;
  /** Statements that have been run, in order. */
  readonly children: ChildStatement[];
}

/** How a statement ends: going on with the next, or jumping. */
type Flow = { readonly kind: 'NEXT' | 'BREAK' | 'CONTINUE' | 'RETURN'; readonly label?: string };

const next: Flow = { kind: 'NEXT' };

/** Runs statements in order until one jumps. */
export async function runStatements(script: Script, statements: readonly Statement[]): Promise<Flow> {
  for (const statement of statements) {
    script.run.stop.check();
    const flow = isPlain(statement) ? await runChild(script, statement) : await byKind(rules, statement, script);
    if (flow.kind !== 'NEXT') return flow;
  }
  return next;
}

async function runChild(script: Script, statement: Parameters<typeof runStatement>[1]): Promise<Flow> {
  const { run, text } = script;
  if (statement.kind === 'exportData' || statement.kind === 'loadData') {
    throw notSupported(`${statement.kind === 'exportData' ? 'EXPORT' : 'LOAD'} DATA in a script`, statement.at);
  }
  const result = await runStatement(run, statement);
  const [start, end] = [positionAt(text, statement.at), positionAt(text, statement.end)];
  script.children.push({
    ...result,
    startLine: start.line,
    startColumn: start.column,
    endLine: end.line,
    endColumn: end.column,
    text: text.slice(statement.at, statement.end),
  });
  return next;
}

const rules: RulesByKind<ScriptStatement, [Script], Promise<Flow>> = {
  declare: async (node, { run }) => {
    await declareVariables(run, node);
    return next;
  },
  set: async (node, { run }) => {
    await setVariables(run, node);
    return next;
  },
  if: async (node, script) => {
    for (const { condition, body } of node.branches) {
      if (await holds(script.run, condition, 'IF condition')) return runStatements(script, body);
    }
    return runStatements(script, node.otherwise ?? []);
  },
  caseStatement: async (node, script) => {
    const { operand } = node;
    for (const { when, body } of node.branches) {
      const condition =
        operand === undefined
          ? when
          : ({
              kind: 'binary',
              at: when.at,

              operator: '=',
              operatorAt: when.at,
              left: operand,
              right: when,
            } as const);
      if (await holds(script.run, condition, 'CASE condition')) return runStatements(script, body);
    }
    return runStatements(script, node.otherwise ?? []);
  },
  loop: async (node, script) => {
    const { form, condition, label, body } = node;
    for (;;) {
      if (form === 'WHILE' && condition !== undefined && !(await holds(script.run, condition, 'WHILE condition')))
        break;
      const turn = afterTurn(await runStatements(script, body), label?.name);
      if (turn !== undefined) return turn;
      if (form === 'REPEAT' && condition !== undefined && (await holds(script.run, condition, 'UNTIL condition')))
        break;
      // So that a loop without queries lets others work, and a cancellation in.
      await new Promise((resolve) => setImmediate(resolve));
    }
    return next;
  },
  forIn: async (node, script) => {
    const { run } = script;
    const analysis = newAnalysis(run);
    const tree = queryTree(node.query, analysis);
    const type = structOf(outputColumns(tree));
    const reader = await execute(run, () => run.connection.runAndReadAll(generateOutput(tree, sessionOf(run))));
    const readers = reader.columnTypes().map(duckReader);
    for (const row of reader.getRows()) {
      const value: SqlValue = readers.map((read, i) => read(row[i] ?? null));
      const flow = await run.variables.inBlock(async () => {
        run.variables.declare(node.variable.name, { type, value });
        return runStatements(script, node.body);
      });
      const turn = afterTurn(flow, node.label?.name);
      if (turn !== undefined) return turn;
    }
    return next;
  },
  block: async (node, script) => {
    const { run } = script;
    const flow = await run.variables
      .inBlock(() => runStatements(script, node.body))
      .catch(async (error: unknown) => {
        const problem = engineErrorOf(error, script.text);
        if (node.handler === undefined || problem.reason === 'stopped' || problem.reason === 'timeout') throw error;
        return run.variables.inBlock(async () => {
          run.variables.declare('@@error.message', { type: STRING, value: problem.message });
          return runStatements(script, node.handler ?? []);
        });
      });
    return flow.kind === 'BREAK' && flow.label !== undefined && flow.label === node.label?.name.toLowerCase()
      ? next
      : flow;
  },
  jump: async ({ jump, label }) => ({
    kind: jump,
    ...(label === undefined ? {} : { label: label.name.toLowerCase() }),
  }),
  raise: async ({ message, at }, { run }) => {
    const given = message === undefined ? run.variables.find('@@error.message') : await typedValueOf(run, message);
    if (given === undefined) throw new SqlError('Cannot re-raise an error outside of an exception handler', at);
    throw failure('invalidQuery', typeof given.value === 'string' ? given.value : 'Unhandled user-defined exception');
  },
  executeImmediate: async (node, script) => {
    await executeImmediate(node, script.run, (inner, statements) => runStatements({ ...script, ...inner }, statements));
    return next;
  },
  callProcedure: (node) => {
    throw notSupported('CALL', node.at);
  },
  transaction: (node) => {
    throw notSupported(`${node.action} TRANSACTION`, node.at);
  },
};

/** What a loop does after a turn; undefined when it goes on. */
function afterTurn(flow: Flow, label: string | undefined): Flow | undefined {
  if (flow.kind === 'NEXT') return undefined;
  const own = flow.label === undefined || flow.label === label?.toLowerCase();
  if (flow.kind === 'RETURN' || !own) return flow;
  return flow.kind === 'BREAK' ? next : undefined;
}
