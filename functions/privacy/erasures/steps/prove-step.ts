// Owns the step that tries whether anything still opens: each probe says what it tried, and how often it came out as it must.
import { PlatformError } from '#shared/platform/platform-error.ts';
import type { ErasureRecord, Probe } from '#shared/privacy/erasure/erasure-record.ts';
import type { ErasureScope } from '#shared/privacy/erasure/erasure-scope.ts';
import { isPurposeGone } from '#shared/privacy/keys/forgetting-purpose.ts';
import { readKeyring } from '#shared/privacy/keys/keyring-updates.ts';
import type { OpenKeys } from '#shared/privacy/keys/keys-at-work.ts';
import { openSealed } from '#shared/privacy/opening.ts';
import type { ErasureDeps } from '../erasure-deps.ts';
import { computedPartitions } from '../cleaning/recompute.ts';
import { remainingRows } from '../row-cleaning.ts';
import { filesOf, listOpenExports } from '../../exports/export-objects.ts';
import { readSamples, readScope, type SealedSample } from '../sealed-parts.ts';
import type { Step } from '../take-step.ts';

export const proveStep: Step<'proved'> = {
  state: 'proved',
  async work(deps, record) {
    const { objects, keys } = deps;
    const { aead, scope } = await readScope(objects, keys.epochs, record.id);
    const [samples, computed] = await Promise.all([
      readSamples(objects, record.id, aead),
      computedPartitions(deps, record.id, aead),
    ]).finally(() => aead.close());
    const probes = await Promise.all([
      tombstones(keys, scope, record.purpose),
      index(keys, scope),
      opening(keys, samples),
      bucket(deps),
      rows(deps, record, scope),
      exports(deps, record, scope),
      partitions(computed),
    ]);
    return { kind: 'report', report: { probes: probes.filter((probe) => probe !== undefined) } };
  },
};

async function tombstones(
  { store }: OpenKeys,
  { keyrings }: ErasureScope,
  purpose: string | undefined,
): Promise<Probe> {
  return probe('keyring reads as a tombstone', keyrings, async ({ lookupId, generation }) => {
    const read = await readKeyring(store, lookupId);
    if (read.kind === 'present' && purpose !== undefined) return isPurposeGone(read.keyring, purpose, generation);
    // A later life, opened by an authenticated call in the meantime, has other keys.
    return read.kind === 'present' && (read.keyring.state === 'shredded' || read.keyring.generation > generation);
  });
}

async function index({ store }: OpenKeys, { keyrings }: ErasureScope): Promise<Probe> {
  const tokens = keyrings.flatMap((keyring) => keyring.tokens);
  return probe('token leads to no keyring', tokens, async ({ purpose, token }) => {
    return (await store.readIndex(purpose, token)) === undefined;
  });
}

async function opening({ keyrings }: OpenKeys, samples: readonly SealedSample[]): Promise<Probe> {
  return probe('value sealed before the shredding does not open', samples, async (sample) => {
    const opened = await openSealed(keyrings, sample);
    // Whether it opens is not known: the step is taken again.
    if (opened.kind === 'retry') throw new PlatformError(opened.code);
    return opened.kind === 'shredded';
  });
}

async function bucket({ keptBecauseOf }: ErasureDeps): Promise<Probe> {
  return probe('store keeps nothing that was overwritten', [keptBecauseOf], async (keeps) => {
    return (await keeps()).length === 0;
  });
}

/** What people were to fetch holds opened values, too; only what was asked for together with this erasure stays for them. */
async function exports(
  { objects, exports: files }: ErasureDeps,
  { id }: ErasureRecord,
  { lookupId }: ErasureScope,
): Promise<Probe> {
  const archives: string[] = [];
  for await (const open of listOpenExports(objects, lookupId)) if (open.id !== id) archives.push(open.id);
  const cases = archives.length === 0 ? [undefined] : archives;
  return probe('no archive that was put together for the subject is left', cases, async (archive) => {
    if (archive === undefined) return true;
    for await (const file of files.list(filesOf(archive))) return file.bytes === 0;
    return true;
  });
}

/** Undefined when no rows had to be deleted. */
async function rows(
  { warehouse }: ErasureDeps,
  { id, steps }: ErasureRecord,
  { keyrings }: ErasureScope,
): Promise<Probe | undefined> {
  if (keyrings.every(({ tokens }) => tokens.length === 0)) return undefined;
  const remaining = await remainingRows(warehouse, id, steps.scoped?.plan ?? []);
  if (remaining.length === 0) return undefined;
  return probe('endpoint holds no row of the subject', remaining, async (count) => count === 0);
}

/** Undefined when none had to be computed again. */
async function partitions(computed: readonly boolean[]): Promise<Probe | undefined> {
  if (computed.length === 0) return undefined;
  return probe('partition was computed again without the subject', computed, async (done) => done);
}

async function probe<Case>(
  name: string,
  cases: readonly Case[],
  passes: (each: Case) => Promise<boolean>,
): Promise<Probe> {
  const outcomes = await Promise.all(cases.map(passes));
  return { name, tried: cases.length, passed: outcomes.filter(Boolean).length };
}
