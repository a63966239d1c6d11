// Owns the ledger of certificates: entries that are only ever added, each naming the hash of the one before, one for an erasure.
import { canonicalJson } from '#shared/platform/canonical-json.ts';
import { parseJsonBytes } from '#shared/platform/json-bytes.ts';
import type { ObjectStore } from '#shared/platform/object-store.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import {
  type Certificate,
  type CertificateBody,
  type CertificateSigner,
  type LedgerPlace,
  parseCertificate,
  placeAfter,
  signCertificate,
} from '#shared/privacy/erasure/certificate.ts';

export interface Ledger {
  /** The number that the next entry will have, or a lower one. */
  next(): Promise<number>;
  /**
   * Adds the certificate of an erasure, or finds the one that was added before. `from` is what `next` answered before the first
   * attempt for this erasure: an entry of its own cannot stand before it.
   */
  append(erasure: string, from: number, bodyAt: (place: LedgerPlace) => CertificateBody): Promise<Certificate>;
  /** @throws PlatformError corrupt when the entry is not there or damaged */
  read(sequence: number): Promise<Certificate>;
}

const PREFIX = 'certificates/';
/** Names sort by number up to a million million entries. */
const DIGITS = 12;
/** The label by which a listing tells whose entry it is. */
const ERASURE_LABEL = 'erasure';

/**
 * The ledger in a bucket, an object for each entry, created only where none is. Whoever adds entry n has seen every entry before
 * it, so two writers can neither leave a gap nor give an erasure two entries.
 */
export function createLedger(objects: ObjectStore, signer: CertificateSigner): Ledger {
  /** Entries below this number exist. */
  let known = 0;
  /** Adding is one at a time in a process: a lost race costs a signature. */
  let turn: Promise<unknown> = Promise.resolve();

  const exists = async (sequence: number): Promise<boolean> => {
    const [name, behind] = [objectOf(sequence), objectOf(sequence + 1)];
    for await (const { name: found } of objects.list(PREFIX, { from: name, before: behind })) return found === name;
    return false;
  };

  const read = async (sequence: number): Promise<Certificate> => {
    const found = await objects.read(objectOf(sequence));
    const entry = found === undefined ? undefined : parseCertificate(parseJsonBytes(found.body));
    if (entry === undefined || entry.body.sequence !== sequence) {
      throw new PlatformError('corrupt', { message: `Entry ${sequence} of the ledger of certificates is damaged.` });
    }
    return entry;
  };

  const appendInTurn: Ledger['append'] = async (erasure, from, bodyAt) => {
    for (;;) {
      const seen = await lookFrom(objects, from, erasure);
      if (seen.own !== undefined) return read(seen.own);
      const last = seen.next === 0 ? undefined : await read(seen.next - 1);
      const certificate = await signCertificate(bodyAt(placeAfter(last, signer.keyVersion)), signer);
      const { sequence } = certificate.body;
      const created = await objects.create(objectOf(sequence), canonicalJson(certificate), {
        [ERASURE_LABEL]: erasure,
      });
      if (created.kind === 'created') return certificate;
      // Somebody else was first: perhaps even for this erasure.
    }
  };

  return {
    async next() {
      known = await firstMissing(known, exists);
      return known;
    },
    append(erasure, from, bodyAt) {
      const appended = turn.then(() => appendInTurn(erasure, from, bodyAt));
      turn = appended.catch(() => undefined);
      return appended;
    },
    read,
  };
}

/** The entry of an erasure from a number on, and the number behind the last entry. */
async function lookFrom(
  objects: ObjectStore,
  from: number,
  erasure: string,
): Promise<{ readonly own?: number; readonly next: number }> {
  let next = from;
  for await (const { name, labels } of objects.list(PREFIX, { from: objectOf(from) })) {
    const sequence = Number(name.slice(PREFIX.length));
    if (labels[ERASURE_LABEL] === erasure) return { own: sequence, next };
    next = sequence + 1;
  }
  return { next };
}

/** The first number that does not exist, where all before `low` do and there are no gaps: by doubling, then by halving. */
export async function firstMissing(low: number, exists: (number: number) => Promise<boolean>): Promise<number> {
  let [start, step] = [low, 1];
  while (await exists(start + step - 1)) {
    start += step;
    step *= 2;
  }
  let end = start + step - 1;
  while (start < end) {
    const middle = Math.floor((start + end) / 2);
    if (await exists(middle)) start = middle + 1;
    else end = middle;
  }
  return start;
}

function objectOf(sequence: number): string {
  return `${PREFIX}${String(sequence).padStart(DIGITS, '0')}`;
}
