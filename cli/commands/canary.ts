// Owns `trib canary`: what the last search for leaks came to, and the same search in the files of a platform on this machine.
import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Command } from 'commander';
import { personOf } from '#shared/privacy/canary/canary-record.ts';
import { type CanaryAnswer, canaryShape } from '#shared/privacy/canary/canary-shape.ts';
import { secretsOf } from '#shared/privacy/canary/person.ts';
import { createTraceFinder, type TraceFinder } from '#shared/privacy/canary/traces.ts';
import { printJson, printTable, say } from '../output/streams.ts';
import { call, connect, tokenOf } from '../platform/connection.ts';
import { dataFolderPath } from '../platform/data-folder.ts';
import { dataOption, type DataOption } from './data-option.ts';

interface Options extends DataOption {
  readonly json?: boolean;
  readonly files?: boolean;
}

type Found = CanaryAnswer['found'];

const CHUNK_BYTES = 32 * 1024 * 1024;
/** Longer than anything that is looked for, so that nothing is cut in two. */
const OVERLAP_BYTES = 64 * 1024;

export function registerCanary(program: Command): void {
  program
    .command('canary')
    .description('what the last search for personal values in everything stored came to')
    .addOption(dataOption())
    .option('--files', 'search the files of the data folder too: logs, messages on their way, temporary files')
    .option('--json', 'for a program')
    .action(show);
}

async function show({ data, json, files }: Options): Promise<void> {
  const connection = connect(data);
  const url = `${connection.ready.privacy}/v1/canaries:last`;
  const last = canaryShape.parse(await call({ url, bearer: tokenOf(connection, 'compliance') }));
  const folder = dataFolderPath(data);
  const inFiles = files ? searchFiles(folder, createTraceFinder(secretsOf([personOf(last)]))) : undefined;
  const passed = last.passed && (inFiles?.found.length ?? 0) === 0;
  if (json) printJson({ ...last, passed, ...(inFiles === undefined ? {} : { files: inFiles }) });
  else print(last, inFiles);
  if (last.done && !passed) process.exitCode = 1;
}

function print(
  { sentAt, finishedAt, passed, seesClear, searched, found, unread }: CanaryAnswer,
  files?: Searched,
): void {
  const { tables, rows, logLines, objects } = searched;
  const state = finishedAt === undefined ? 'under way' : passed ? `passed ${finishedAt}` : `FAILED ${finishedAt}`;
  say(`canary of ${sentAt}: ${state}; ${rows} rows of ${tables} tables and ${objects} objects searched`);
  if (finishedAt !== undefined && !seesClear) say('It did not arrive, so the search says nothing.');
  if (logLines > 0) say(`${logLines} of the rows are lines of logs`);
  else if (finishedAt !== undefined && files === undefined)
    say('No dataset has the logs of this platform: --files searches those that lie in its data folder.');
  if (unread.length > 0) say(`too large to be read: ${unread.join(', ')}`);
  if (files !== undefined) say(`${files.files} files searched`);
  const all = [...found, ...(files?.found ?? [])];
  if (all.length > 0) {
    printTable(
      ['place', 'found'],
      all.map(({ place, trace }) => [place, trace]),
    );
  }
}

interface Searched {
  readonly files: number;
  readonly found: Found;
}

function searchFiles(folder: string, finder: TraceFinder): Searched {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const found = files.flatMap((entry) => {
    const file = join(entry.parentPath, entry.name);
    return [...searchFile(file, finder)].map((trace) => ({ place: relative(folder, file), trace }));
  });
  return { files: files.length, found };
}

/** A file may be larger than memory, and gone since it was listed. */
function searchFile(file: string, finder: TraceFinder): ReadonlySet<string> {
  const found = new Set<string>();
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch {
    return found;
  }
  try {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    for (let at = 0; ; at += CHUNK_BYTES - OVERLAP_BYTES) {
      const length = readSync(descriptor, chunk, 0, CHUNK_BYTES, at);
      for (const trace of finder.find(chunk.subarray(0, length))) found.add(trace);
      if (length < CHUNK_BYTES) return found;
    }
  } finally {
    closeSync(descriptor);
  }
}
