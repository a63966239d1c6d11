/** Statements between tables and files: EXPORT DATA and LOAD DATA. */

import type { ExportDataStatement, LoadDataStatement } from './ast-statement.ts';
import type { Cursor } from './cursor.ts';
import { parseOptions, parseOptionList, parseTableElements } from './parse-column.ts';
import { parsePath } from './parse-primary.ts';
import { parseTableName } from './parse-table-name.ts';

/** `EXPORT DATA [WITH CONNECTION c] OPTIONS (…) AS query`. */
export function parseExportData(p: Cursor): ExportDataStatement {
  const at = p.expect('EXPORT').start;
  p.expect('DATA');
  const connection = parseConnection(p);
  const options = parseOptions(p);
  p.expect('AS');
  const query = p.query();
  return { kind: 'exportData', at, end: p.end, options, query, ...(connection === undefined ? {} : { connection }) };
}

/** `LOAD DATA {OVERWRITE|INTO} [TEMP TABLE] t … FROM FILES (…) …`. */
export function parseLoadData(p: Cursor): LoadDataStatement {
  const at = p.expect('LOAD').start;
  p.expect('DATA');
  const overwrite = p.accepts('OVERWRITE');
  if (!overwrite) p.expect('INTO');
  const temporary = p.accepts('TEMP') || p.accepts('TEMPORARY');
  if (temporary) p.expect('TABLE');
  const target = parseTableName(p);
  const unserved: string[] = [];
  if (p.accepts('PARTITIONS')) {
    unserved.push('PARTITIONS');
    p.expect('(');
    p.list(() => p.expression());
    p.expect(')');
  }
  const elements = p.sees('(') ? parseTableElements(p) : undefined;
  const partitionBy = p.accepts('PARTITION', 'BY') ? p.expression() : undefined;
  const clusterBy = p.accepts('CLUSTER', 'BY') ? p.list(() => parsePath(p)) : [];
  const options = parseOptions(p);
  p.expect('FROM');
  p.expect('FILES');
  const files = parseOptionList(p);
  if (p.accepts('WITH', 'PARTITION', 'COLUMNS')) {
    unserved.push('WITH PARTITION COLUMNS');
    if (p.sees('(')) parseTableElements(p);
  }
  if (parseConnection(p) !== undefined) unserved.push('WITH CONNECTION');
  return {
    kind: 'loadData',
    at,
    end: p.end,
    target,
    overwrite,
    temporary,
    ...(elements === undefined ? {} : { columns: elements.columns }),
    ...(partitionBy === undefined ? {} : { partitionBy }),
    clusterBy,
    options,
    files,
    unserved,
  };
}

function parseConnection(p: Cursor): LoadDataStatement['target'] | undefined {
  return p.accepts('WITH', 'CONNECTION') ? parseTableName(p) : undefined;
}
