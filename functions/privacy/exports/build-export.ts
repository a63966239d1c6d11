// Owns putting an export together: endpoint by endpoint, each once; cut off anywhere, the next call goes on with what is missing.
import type { Aead } from '#lib/tink/aead.ts';
import { stringify } from 'csv-stringify/sync';
import type { Catalog } from '#shared/catalog/catalog.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { formatTimestamp } from '#shared/platform/timestamp.ts';
import { endpointById, explainEndpoint, explanationText } from '#shared/privacy/export/explanation.ts';
import type { ExportRecord } from '#shared/privacy/export/export-record.ts';
import { openScope } from '#shared/privacy/erasure/erasure-scope.ts';
import type { ExportDeps } from './export-deps.ts';
import { changeExport, exportKey, exportObject, exportRequestId, readExport } from './export-objects.ts';
import { type ExportTable, exportTables, exportTokenTable } from './export-tables.ts';
import { openRow } from './open-row.ts';
import { closePersonKeys, openPersonKeys, type PersonKeys } from './person-keys.ts';
import { createSealedFile } from './sealed-file.ts';

export interface ExportBuilt {
  readonly record: ExportRecord;
  /** 0 when it is ready, or over; else when to call again. */
  readonly againAfterSeconds: number;
}

/** So long a call works before it answers; the function's own limit is five minutes, and one large endpoint may take some of them. */
const BUDGET_MS = 60_000;
const README = 'README.txt';

/** Works on an export until it is ready or the time of this call is over. @throws PlatformError unknown_export, corrupt */
export async function buildExport(deps: ExportDeps, id: string): Promise<ExportBuilt> {
  const { record } = await readExport(deps.objects, id);
  if (record.state !== 'requested') return { record, againAfterSeconds: 0 };
  const aead = await exportKey(deps.objects, deps.keys.epochs, id);
  try {
    return await build(deps, record, aead);
  } finally {
    aead.close();
  }
}

async function build(deps: ExportDeps, record: ExportRecord, aead: Aead): Promise<ExportBuilt> {
  const untilMs = deps.clock.now() + BUDGET_MS;
  const catalog = await deps.catalog();
  const keys = await openPersonKeys(deps, await subjectOf(deps, record.id, aead));
  try {
    const done = new Set(record.endpoints.map(({ endpoint }) => endpoint));
    const left = exportTables(catalog, record.id).filter(({ id }) => !done.has(id));
    if (left.length > 0 && keys.size > 0)
      await deps.personRows.loadTokens(exportTokenTable(record.id), [...keys.keys()]);
    for (const table of left) {
      await exportTable(deps, { id: record.id, aead }, table, keys);
      if (deps.clock.now() >= untilMs) return { record, againAfterSeconds: 1 };
    }
  } finally {
    closePersonKeys(keys);
  }
  return { record: await complete(deps, record.id, aead, catalog), againAfterSeconds: 0 };
}

async function subjectOf({ objects }: ExportDeps, id: string, aead: Aead): Promise<string> {
  const stored = await objects.read(exportObject(id, 'scope'));
  const scope = stored === undefined ? undefined : openScope(aead, exportRequestId(id), stored.body);
  if (scope === undefined) throw new PlatformError('corrupt', { message: 'The scope of an export cannot be opened.' });
  return scope.lookupId;
}

/** Writes the rows of one table as JSON and CSV, and records both files at once. */
async function exportTable(
  deps: ExportDeps,
  place: { readonly id: string; readonly aead: Aead },
  table: ExportTable,
  keys: PersonKeys,
): Promise<void> {
  const attempt = deps.newId();
  const json = createSealedFile(deps.exports, place, `${table.id}.json`, `${attempt}-json`);
  const csv = createSealedFile(deps.exports, place, `${table.id}.csv`, `${attempt}-csv`);
  const counts = { rows: 0, corrupt: 0 };
  await csv.write(csvOf(table.columns));
  for await (const row of keys.size === 0 ? nothing : deps.personRows.rows(table.sql)) {
    const { values, corrupt } = openRow(row, table, keys);
    await json.write(`${counts.rows === 0 ? '[' : ','}\n${JSON.stringify(values)}`);
    await csv.write(csvOf(table.columns.map((column) => values[column])));
    counts.rows += 1;
    if (corrupt) counts.corrupt += 1;
  }
  await json.write(counts.rows === 0 ? '[]\n' : '\n]\n');
  const files = counts.rows === 0 ? [] : [await json.end(), await csv.end()];
  await changeExport(deps.objects, place.id, (each) =>
    each.state !== 'requested' || each.endpoints.some(({ endpoint }) => endpoint === table.id)
      ? undefined
      : {
          ...each,
          endpoints: [...each.endpoints, { endpoint: table.id, ...counts }],
          files: [...each.files, ...files],
        },
  );
}

const nothing: Iterable<never> = [];

/** RFC 4180. Texts that a spreadsheet would run as a formula are escaped: what somebody typed must not act when they open it. */
function csvOf(row: readonly unknown[]): string {
  const cells = row.map((value) => (typeof value === 'object' && value !== null ? JSON.stringify(value) : value));
  return stringify([cells], { escape_formulas: true, record_delimiter: 'windows', cast: { boolean: String } });
}

/** Adds what explains it all, and says that it is ready. */
async function complete(deps: ExportDeps, id: string, aead: Aead, catalog: Catalog): Promise<ExportRecord> {
  const { record } = await readExport(deps.objects, id);
  const at = formatTimestamp(deps.clock.now());
  const explained = record.endpoints.flatMap(({ endpoint, rows }) => {
    const declared = endpointById(catalog, endpoint);
    return declared === undefined ? [] : [{ ...explainEndpoint(catalog, declared), rows }];
  });
  const attempt = deps.newId();
  const place = { id, aead };
  const readme = createSealedFile(deps.exports, place, README, `${attempt}-readme`);
  await readme.write(explanationText(explained, at));
  const explanation = createSealedFile(deps.exports, place, 'explanation.json', `${attempt}-explanation`);
  const others = record.endpoints.filter(({ endpoint }) => endpointById(catalog, endpoint) === undefined);
  await explanation.write(`${JSON.stringify({ at, endpoints: explained, others }, undefined, 2)}\n`);
  const files = [await readme.end(), await explanation.end()];
  await deps.personRows.dropTable(exportTokenTable(id));
  const ready = await changeExport(deps.objects, id, (each) =>
    each.state === 'requested'
      ? { ...each, state: 'ready', readyAtMs: deps.clock.now(), files: [...files, ...each.files] }
      : undefined,
  );
  await recordReady(deps, ready);
  return ready;
}

async function recordReady({ facts }: ExportDeps, { id, readyAtMs, endpoints }: ExportRecord): Promise<void> {
  const rows = endpoints.reduce((sum, each) => sum + each.rows, 0);
  const corrupt = endpoints.reduce((sum, each) => sum + each.corrupt, 0);
  const body = { export: id, channel: 'export', state: 'ready', rows, corrupt };
  await facts.record({ id: `export/${id}/ready`, kind: 'access.recorded', atMs: readyAtMs ?? 0, body });
}
