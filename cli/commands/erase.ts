// Owns `trib erase`: asks for the erasure of a user, and waits for its certificate where that is wanted.
import { type Command, Option } from 'commander';
import { PlatformError } from '#shared/platform/platform-error.ts';
import {
  ERASURE_BASES,
  type ErasureBasis,
  type Verification,
  VERIFICATIONS,
} from '#shared/privacy/erasure/erasure-record.ts';
import { createProgressLine, printJson, say } from '../output/streams.ts';
import { call, connect, tokenOf } from '../platform/connection.ts';
import { dataOption, type DataOption } from './data-option.ts';
import { eraseMany } from './erase-many.ts';
import { fetchArchive } from './export.ts';

interface Options extends DataOption {
  readonly wait?: boolean;
  readonly json?: boolean;
  readonly basis: ErasureBasis;
  readonly from?: string;
  readonly purpose?: string;
  readonly export?: string;
  readonly verification: Verification;
}

/** What privacy says of an erasure, as far as this command reads it. */
interface Erasure {
  readonly id: string;
  readonly state: string;
  readonly dueAt: string;
  readonly rests?: 'unverified' | 'held';
  readonly blockedBy?: readonly { readonly endpoint: string; readonly reason: string; readonly owner?: string }[];
  readonly certificate?: unknown;
}

const LOOK_EVERY_MS = 250;
/** A platform that is being restarted is waited for. */
const PATIENCE_MS = 60_000;

/** What a person is told of each state while they wait. */
const WORDS: Readonly<Record<string, string>> = {
  received: 'received, recorded durably',
  verified: 'verified',
  held: 'held',
  restricted: 'held, and the keys frozen',
  scoped: 'every table is planned for',
  frozen: 'the keys are frozen',
  shredded: 'the keys are destroyed; waiting until no process can use them any more',
  waited: 'the revocation bound has passed',
  'rows-cleaned': 'derived rows are deleted',
  'recipients-told': 'recipients outside have a notice',
  proved: 'proved that nothing opens',
  certified: 'certified',
};

export function registerErase(program: Command): void {
  program
    .command('erase')
    .description('forget a user: destroy their keys, delete what was derived from them, certify it')
    .addOption(dataOption())
    .argument('[user]', 'the user id as the apps send it')
    .option('--from <file>', 'many: one user id a line')
    .option('--export <file>', 'put together what is held first, and fetch it into this file; needs --wait')
    .option('--purpose <purpose>', 'only what is held for this purpose, as a withdrawal of consent asks')
    .addOption(
      new Option('--verification <how>', 'how it is known that whoever asked may ask')
        .choices(VERIFICATIONS)
        .default('officer'),
    )
    .option('--wait', 'until the certificate is there')
    .option('--json', 'one line of JSON: id, state, and the certificate with --wait')
    .addOption(new Option('--basis <ground>', 'ground of Art. 17(1) GDPR').choices(ERASURE_BASES).default('request'))
    .action(erase);
}

async function erase(userId: string | undefined, options: Options): Promise<void> {
  if ((userId === undefined) === (options.from === undefined)) {
    throw new PlatformError('usage', { message: 'Give either a user or --from FILE.' });
  }
  if (options.export !== undefined && (!options.wait || options.from !== undefined)) {
    throw new PlatformError('usage', { message: '--export goes with a user and --wait.' });
  }
  const connection = connect(options.data);
  const platform = { url: connection.ready.privacy, bearer: tokenOf(connection, 'compliance') };
  const ask = (user: string): Promise<Erasure> => request(platform, user, options);
  if (userId === undefined) {
    const wait = async (user: string): Promise<Erasure> => untilCertified(platform, (await ask(user)).id, silent);
    return eraseMany(options.from ?? '', options.wait ? wait : ask);
  }
  const asked = await ask(userId);
  if (!options.wait) {
    if (options.json) printJson({ id: asked.id, state: asked.state, dueAt: asked.dueAt });
    else
      say(
        `erasure ${asked.id}: ${asked.state}, due ${asked.dueAt}\nIt goes on by itself; --wait waits for the certificate.`,
      );
    return;
  }
  const done = await untilCertified(platform, asked.id, createProgressLine());
  if (options.export !== undefined) {
    const of = `${platform.url}/v1/exports/${asked.id}`;
    const { secret } = await call<{ readonly secret: string }>({
      url: `${of}:link`,
      bearer: platform.bearer,
      body: {},
    });
    await fetchArchive(`${of}:fetch`, secret, options.export);
  }
  if (options.json) printJson({ id: done.id, state: done.state, certificate: done.certificate });
  else process.stdout.write(`${JSON.stringify(done.certificate, undefined, 2)}\n`);
}

interface Platform {
  readonly url: string;
  readonly bearer: string;
}

type Progress = ReturnType<typeof createProgressLine>;
const silent: Progress = { update: () => undefined, done: () => undefined };

/** Asked again after a failure that passes: who asks twice joins the erasure that is under way. */
async function request({ url, bearer }: Platform, userId: string, options: Options): Promise<Erasure> {
  const { purpose, verification } = options;
  const basis = purpose !== undefined && options.basis === 'request' ? 'consent-withdrawn' : options.basis;
  const asked = options.export === undefined ? {} : { export: 'asked' };
  const body = { userId, basis, verification, ...asked, ...(purpose === undefined ? {} : { purpose }) };
  const sinceMs = Date.now();
  for (;;) {
    try {
      return await call<Erasure>({ url: `${url}/v1/erasures`, bearer, body });
    } catch (thrown) {
      if (options.from === undefined || !passes(thrown) || Date.now() - sinceMs > PATIENCE_MS) throw thrown;
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }
}

/** Waits, and says how far it is. Ending the command does not end the erasure. */
async function untilCertified({ url, bearer }: Platform, id: string, progress: Progress): Promise<Erasure> {
  let answeredMs = Date.now();
  for (let last = ''; ;) {
    const shown = await call<Erasure>({ url: `${url}/v1/erasures/${id}`, bearer }).catch((thrown: unknown) => {
      if (!passes(thrown) || Date.now() - answeredMs > PATIENCE_MS) throw thrown;
    });
    if (shown !== undefined) {
      answeredMs = Date.now();
      requireUnblocked(shown);
      requireNoRest(shown);
      const words = `erasure ${id}: ${WORDS[shown.state] ?? shown.state}`;
      if (shown.certificate !== undefined) {
        progress.done(words);
        return shown;
      }
      if (shown.state !== last && !process.stderr.isTTY && progress !== silent) say(words);
      else progress.update(words);
      last = shown.state;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

function passes(thrown: unknown): boolean {
  return thrown instanceof PlatformError && thrown.fault === 'transient';
}

/** Nothing goes on until somebody has declared something, so nobody is kept waiting for it. */
function requireUnblocked({ id, blockedBy = [] }: Erasure): void {
  if (blockedBy.length === 0) return;
  const each = blockedBy.map(({ endpoint, reason, owner }) => `${endpoint} (${owner ?? 'no owner'}): ${reason}`);
  throw new PlatformError('erasure_blocked', {
    message: `Erasure ${id} is blocked, and no key is destroyed yet: ${each.join('; ')}.`,
    hint: 'Its owner declares the columns; the erasure then goes on by itself.',
  });
}

/** People have to do something first, which may take months. */
function requireNoRest({ id, rests, dueAt }: Erasure): void {
  if (rests === 'held') throw new PlatformError('erasure_held', { message: `Erasure ${id} waits for a legal hold.` });
  if (rests === 'unverified') {
    throw new PlatformError('erasure_unverified', { message: `Erasure ${id} waits to be verified; due ${dueAt}.` });
  }
}
