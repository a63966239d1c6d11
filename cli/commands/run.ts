// Owns `trib run`: builds one partition now, and on request waits for how that goes.
import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from 'commander';
import { isErrorCode } from '#shared/platform/error-codes.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { describeFailure } from '../output/failure.ts';
import { createProgressLine, printJson, say } from '../output/streams.ts';
import { call, type Connection, connect, tokenOf } from '../platform/connection.ts';
import { dataOption, type DataOption } from './data-option.ts';
import type { PartitionRow } from './partitions.ts';

interface Options extends DataOption {
  readonly partition: string;
  readonly wait?: boolean;
  readonly json?: boolean;
}

/** What metadata answers when a run was asked for. */
interface Started {
  readonly run?: string;
  readonly state: string;
}

/** A partition with why its last run failed. */
interface PartitionDetail extends PartitionRow {
  readonly run?: string;
  readonly failure?: { readonly code: string; readonly message?: string; readonly retryAt?: string };
}

const LOOK_EVERY_MS = 300;
/** A run of BigQuery takes six hours at most; who waits longer than an hour has a script for it. */
const PATIENCE_MS = 3_600_000;
const EXIT_FAILED_FOR_GOOD = 50;

export function registerRun(program: Command): void {
  program
    .command('run')
    .description('build one partition now, also one that is published')
    .addOption(dataOption())
    .argument('<endpoint>', 'such as listening.daily_plays')
    .requiredOption('--partition <key>', 'such as 2026-08-01')
    .option('--wait', 'until it is published or failed: exit 0, 20 waiting for inputs, 50 failed for good')
    .option('--json', 'for a program')
    .action(run);
}

async function run(endpoint: string, options: Options): Promise<void> {
  const connection = connect(options.data);
  const url = `${connection.ready.metadata}/v1/endpoints/${encodeURIComponent(endpoint)}/partitions/${encodeURIComponent(options.partition)}`;
  const before = await look(connection, url);
  const started = await call<Started>({ url: `${url}:run`, bearer: tokenOf(connection, 'team'), body: {} });
  if (!options.wait) {
    if (options.json) printJson({ endpoint, key: options.partition, ...started });
    else say(`${endpoint} ${options.partition} is ${started.state}; look at \`trib partitions ${endpoint}\``);
    return;
  }
  const ended = await untilEnded(connection, url, before);
  if (options.json) printJson({ endpoint, ...ended });
  if (ended.state === 'published') {
    if (!options.json)
      say(`${endpoint} ${ended.key} is published: generation ${ended.generation}, ${ended.rows} row(s)`);
    return;
  }
  tellFailure(endpoint, ended);
}

function look(connection: Connection, url: string): Promise<PartitionDetail> {
  return call<PartitionDetail>({ url, bearer: tokenOf(connection, 'analyst') });
}

/** Follows the partition until it rests: published, or failed without another attempt to come. */
async function untilEnded(connection: Connection, url: string, before: PartitionDetail): Promise<PartitionDetail> {
  const progress = createProgressLine();
  const deadlineMs = Date.now() + PATIENCE_MS;
  for (;;) {
    const now = await look(connection, url);
    const rests = now.state === 'published' || (now.state === 'failed' && now.failure?.retryAt === undefined);
    if (rests) {
      progress.done(`${now.key} ${now.state}`);
      return now;
    }
    if (Date.now() > deadlineMs)
      throw new PlatformError('run_in_progress', { message: `${now.key} is still ${now.state}.` });
    progress.update(`${now.key} ${now.state}, generation ${before.generation}`);
    await pause(LOOK_EVERY_MS);
  }
}

function tellFailure(endpoint: string, { key, failure }: PartitionDetail): void {
  const code = failure !== undefined && isErrorCode(failure.code) ? failure.code : 'internal';
  const message = failure?.message ?? `${endpoint} ${key} failed.`;
  say(describeFailure(new PlatformError(code, { message })).text);
  process.exitCode = EXIT_FAILED_FOR_GOOD;
}
