// Owns `trib export`: everything about a user, opened and explained, as an archive or as a link that works once.
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { createProgressLine, printJson, say } from '../output/streams.ts';
import { call, connect, errorOfProblem, tokenOf } from '../platform/connection.ts';
import { dataOption, type DataOption } from './data-option.ts';

interface Options extends DataOption {
  readonly out?: string;
  readonly json?: boolean;
}

interface Linked {
  readonly id: string;
  readonly link: string;
  readonly secret: string;
  readonly expiresAt: string;
}

interface Export {
  readonly state: string;
  readonly endpoints: readonly { readonly endpoint: string; readonly rows: number }[];
}

const LOOK_EVERY_MS = 300;

export function registerExport(program: Command): void {
  program
    .command('export')
    .description('everything about a user, opened and explained: JSON and CSV in one ZIP')
    .addOption(dataOption())
    .argument('<user>', 'the user id as the apps send it')
    .option('--out <file>', 'fetch it here; left out: print the link for the person, which works once')
    .option('--json', 'for a program')
    .action(exportUser);
}

async function exportUser(userId: string, { data, out, json }: Options): Promise<void> {
  const connection = connect(data);
  const url = `${connection.ready.privacy}/v1/exports`;
  const bearer = tokenOf(connection, 'compliance');
  const asked = await call<Linked>({ url, bearer, body: { userId } });
  const { id, link, expiresAt } = asked;
  if (out === undefined) {
    if (json) printJson({ id, link, expiresAt });
    else process.stdout.write(`${link}\n`);
    return;
  }
  const { endpoints } = await untilReady(`${url}/${id}`, bearer);
  await fetchArchive(`${url}/${id}:fetch`, asked.secret, out);
  const rows = endpoints.reduce((sum, each) => sum + each.rows, 0);
  if (json) printJson({ id, file: out, rows, endpoints });
  else say(`${out}: ${rows} row(s) of ${endpoints.filter((each) => each.rows > 0).length} endpoint(s)`);
}

async function untilReady(url: string, bearer: string): Promise<Export> {
  const progress = createProgressLine();
  for (;;) {
    const shown = await call<Export>({ url, bearer });
    if (shown.state !== 'requested') {
      progress.done(`${shown.endpoints.length} table(s) looked through`);
      return shown;
    }
    progress.update(`${shown.endpoints.length} table(s) looked through`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

/** Uses the link. The file holds personal data in clear, so it is readable by its owner only. */
export async function fetchArchive(url: string, secret: string, out: string): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ secret }) });
  if (!response.ok) throw errorOfProblem(await response.json().catch(() => undefined));
  if (response.body === null) throw new PlatformError('internal', { message: 'The archive is empty.' });
  // The same streams by two declarations: the one of the web and the one of Node.
  const body = Readable.fromWeb(response.body as ReadableStream<Uint8Array>);
  await pipeline(body, createWriteStream(out, { mode: 0o600 })).catch((cause: unknown) => {
    throw new PlatformError('unreadable_file', { message: `The archive could not be written to ${out}.`, cause });
  });
}
