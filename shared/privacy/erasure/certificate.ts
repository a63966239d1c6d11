// Owns the certificate of an erasure: what it says, the bytes that are signed, and its place in the ledger's chain of hashes.
import { z } from 'zod';
import { canonicalJson } from '../../platform/canonical-json.ts';
import { DAY_MS } from '../../platform/civil-date.ts';
import { sha256Hex } from '../../platform/digest.ts';
import { formatTimestamp } from '../../platform/timestamp.ts';
import type { CleanedEndpoint, ErasureRecord } from './erasure-record.ts';
import { residueOf } from './gone-when.ts';

const CERTIFICATE_FORMAT = 'tributary.erasure-certificate/v1';
export const ADDENDUM_FORMAT = 'tributary.erasure-addendum/v1';
/** What Cloud KMS calls EC_SIGN_P256_SHA256: ECDSA on P-256 with SHA-256, the signature in DER. */
const SIGNATURE_ALGORITHM = 'EC_SIGN_P256_SHA256';
/** The bucket of exports deletes whatever is older than a week, fetched or not. */
const EXPORT_KEPT_MS = 8 * DAY_MS;
/** `previous` of the first entry of a ledger. */
export const FIRST_PREVIOUS = '0'.repeat(64);

const time = z.iso.datetime();
const digest = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.int().min(0);

/** Where an entry stands in the ledger, and who signs it. */
const entry = {
  /** Number of the entry in the ledger, from 0. */
  sequence: count,
  /** Hash of the entry before it. */
  previous: digest,
  /** Resource name of the key version that signs. */
  signedBy: z.string().min(1),
};
const erasureBody = z.strictObject({
  format: z.literal(CERTIFICATE_FORMAT),
  erasure: z.string(),
  basis: z.string(),
  /** The one purpose that was forgotten; without it the whole person was. */
  purpose: z.string().optional(),
  /** How it was known that whoever asked may ask. */
  verified: z.string().optional(),
  salt: z.string(),
  subject: digest,
  receivedAt: time,
  dueAt: time,
  finishedAt: time,
  keyrings: z.array(
    z.strictObject({
      generation: z.int(),
      shreddedAt: time,
      record: digest,
      object: digest,
      revision: z.string(),
      epochs: z.array(z.strictObject({ id: z.string(), keyVersion: z.string() })),
    }),
  ),
  revocationBoundSeconds: z.number(),
  endpoints: z.array(
    z.strictObject({
      endpoint: z.string(),
      action: z.string(),
      reason: z.string(),
      partitions: count.optional(),
      rows: count.optional(),
      runs: z.array(z.string()).optional(),
    }),
  ),
  /** Who outside has a notice to erase it too. */
  recipients: z
    .array(z.strictObject({ recipient: z.string(), endpoints: z.array(z.string()), toldAt: time }))
    .optional(),
  probes: z.array(z.strictObject({ name: z.string(), tried: count, passed: count })),
  residue: z.array(z.strictObject({ what: z.string(), goneBy: time })),
  ...entry,
});
const addendumBody = z.strictObject({
  format: z.literal(ADDENDUM_FORMAT),
  /** Hash of the certificate that this adds to. */
  certificate: digest,
  /** The epoch whose key version was destroyed, and when. */
  epoch: z.string(),
  keyVersion: z.string(),
  destroyedAt: time,
  ...entry,
});
const certificate = z.strictObject({
  body: z.discriminatedUnion('format', [erasureBody, addendumBody]),
  signature: z.strictObject({
    algorithm: z.literal(SIGNATURE_ALGORITHM),
    // The one base64 of its bytes: others would decode to the same signature and change the hash of the entry.
    value: z
      .base64()
      .max(200)
      .refine((value) => Buffer.from(value, 'base64').toString('base64') === value),
  }),
});

type ErasureBody = z.infer<typeof erasureBody>;
type AddendumBody = z.infer<typeof addendumBody>;
export type CertificateBody = z.infer<typeof certificate>['body'];
/** A signed entry of the ledger. Everything but the signature itself is in the signed body. */
export type Certificate = z.infer<typeof certificate>;

/** Where a new entry goes in the ledger, and who signs it. */
export interface LedgerPlace {
  readonly sequence: number;
  readonly previous: string;
  readonly signedBy: string;
}

/** Signs bytes with an EC P-256 key: a key version of the key management service, whose private half never leaves it. */
export interface CertificateSigner {
  /** Resource name of the key version. */
  readonly keyVersion: string;
  /** ECDSA over SHA-256 of the bytes, in DER. */
  sign(bytes: Buffer): Promise<Buffer>;
}

/** The place after an entry; the first one when there is none. */
export function placeAfter(last: Certificate | undefined, signedBy: string): LedgerPlace {
  if (last === undefined) return { sequence: 0, previous: FIRST_PREVIOUS, signedBy };
  return { sequence: last.body.sequence + 1, previous: certificateHash(last), signedBy };
}

/** What a proved erasure certifies. Throws when a step is missing: only a proved erasure may be certified. */
export function certificateBody(
  record: ErasureRecord,
  place: LedgerPlace,
  epochMs: number,
  nowMs: number,
): CertificateBody {
  const { scoped, shredded, waited, 'rows-cleaned': cleaned, proved } = record.steps;
  if (
    scoped === undefined ||
    shredded === undefined ||
    waited === undefined ||
    cleaned === undefined ||
    proved === undefined
  ) {
    throw new Error(`an erasure in state ${record.state} cannot be certified`);
  }
  return {
    format: CERTIFICATE_FORMAT,
    erasure: record.id,
    basis: record.basis,
    ...(record.purpose === undefined ? {} : { purpose: record.purpose }),
    ...(record.steps.verified === undefined ? {} : { verified: record.steps.verified.by }),
    salt: record.salt,
    subject: record.subject,
    receivedAt: formatTimestamp(record.receivedAtMs),
    dueAt: formatTimestamp(record.dueAtMs),
    finishedAt: formatTimestamp(nowMs),
    keyrings: shredded.keyrings.map(
      ({ generation, shreddedAtMs, record: digestOfRecord, object, revision, epochs }) => ({
        generation,
        shreddedAt: formatTimestamp(shreddedAtMs),
        record: digestOfRecord,
        object,
        revision,
        epochs: epochs.map(({ id, keyVersion }) => ({ id, keyVersion })),
      }),
    ),
    revocationBoundSeconds: waited.boundMs / 1000,
    endpoints: scoped.plan.map(({ endpoint, action, reason }) => {
      const done = cleaned.endpoints.find((each) => each.endpoint === endpoint);
      return { endpoint, action, reason, ...(done === undefined ? {} : doneOf(done)) };
    }),
    ...recipientsOf(record),
    probes: proved.probes.map((probe) => ({ ...probe })),
    residue: residueOf({
      shreddedAtMs: shredded.atMs,
      rowsCleanedAtMs: cleaned.endpoints.length === 0 ? undefined : cleaned.atMs,
      epochsOpenedAtMs: shredded.keyrings.flatMap(({ epochs }) => epochs.map(({ openedAtMs }) => openedAtMs)),
      epochMs,
      exportGoneByMs: record.steps.exported === undefined ? undefined : record.steps.exported.atMs + EXPORT_KEPT_MS,
    }).map((residue) => ({ ...residue })),
    ...place,
  };
}

function doneOf({
  partitions,
  rows,
  runs,
}: CleanedEndpoint): Pick<ErasureBody['endpoints'][number], 'partitions' | 'rows' | 'runs'> {
  return { ...(partitions === undefined ? {} : { partitions }), rows, runs: [...runs] };
}

function recipientsOf({ steps: { 'recipients-told': told } }: ErasureRecord): Pick<ErasureBody, 'recipients'> {
  if (told === undefined) return {};
  const toldAt = formatTimestamp(told.atMs);
  return {
    recipients: told.recipients.map(({ recipient, endpoints }) => ({ recipient, endpoints: [...endpoints], toldAt })),
  };
}

/** What an addendum says: a key version that wrapped keys of a certified erasure is destroyed. */
export function addendumOf(
  destroyed: Pick<AddendumBody, 'certificate' | 'epoch' | 'keyVersion'>,
  destroyedAtMs: number,
  place: LedgerPlace,
): CertificateBody {
  return { format: ADDENDUM_FORMAT, ...destroyed, destroyedAt: formatTimestamp(destroyedAtMs), ...place };
}

/** The bytes that are signed: the canonical JSON of the body (RFC 8785), UTF-8. */
export function signedBytes(body: CertificateBody): Buffer {
  return Buffer.from(canonicalJson(body), 'utf8');
}

/** Signs a body. */
export async function signCertificate(body: CertificateBody, signer: CertificateSigner): Promise<Certificate> {
  const signature = await signer.sign(signedBytes(body));
  return { body, signature: { algorithm: SIGNATURE_ALGORITHM, value: signature.toString('base64') } };
}

/** The hash that the next entry of the ledger names: SHA-256 of the canonical JSON of the whole entry, signature included. */
export function certificateHash(entryOfLedger: Certificate): string {
  return sha256Hex(canonicalJson(entryOfLedger));
}

/** The JSON value as a certificate, if it has the form of one; says nothing about its signature. */
export function parseCertificate(value: unknown): Certificate | undefined {
  const result = certificate.safeParse(value);
  return result.success ? result.data : undefined;
}
