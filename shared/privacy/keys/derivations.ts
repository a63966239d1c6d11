// Owns every input of an HMAC and of associated data in the platform: what is derived from what, and how the uses are kept apart.
//
// | result                | key           | message                         | form                    |
// |-----------------------|---------------|---------------------------------|-------------------------|
// | lookup id             | pepper        | `user:<userId>`, `anon:<id>`, … | base32, 52 characters   |
// | secret without subject| pepper        | `unlinked|<purpose>`            | 32 bytes                |
// | subject token         | link secret   | `<purpose>`                     | base32, 26 characters   |
// | event id              | link secret   | `event|<type>|<id>`             | base32, 26 characters   |
// | payload fingerprint   | link secret   | `payload|<type>|<payload>`      | base32, 26 characters   |
// | second subject, device| link secret   | `token|<semantic type>|<value>` | base32, 26 characters   |
// | visitor               | link secret   | `visitor|<anonymousId>`         | base32, 26 characters   |
//
// Every HMAC is HMAC-SHA256 over UTF-8; 26 characters are its first 128 bits. Purposes, event types and semantic types hold no
// `|` and no `:` (ids.ts), what a client chose always comes last, so no two rows of the table can ever make the same message.
// An event without a subject uses the "secret without subject" of its purpose where others use a link secret.
import { base32 } from './base32.ts';
import { HmacKey } from './hmac-key.ts';

/** `user`: a person by `userId`. `anon`: a visitor by `anonymousId`. `day`: failed events of a day that name nobody, `2026-11-21`. */
export type SubjectKind = 'user' | 'anon' | 'day';

/** Whom a keyring belongs to. The id is personal: it is held in memory only, never stored or logged. */
export interface Subject {
  readonly kind: SubjectKind;
  readonly id: string;
}

/** How a wrapped secret of a keyring is used; part of its associated data. */
export type WrapUse = 'keyset' | 'link';

/** The version of every format of this folder. */
const FORMAT_VERSION = 'v1';
export const LOOKUP_ID_PATTERN = /^[a-z2-7]{52}$/;
export const TOKEN_PATTERN = /^[a-z2-7]{26}$/;
const TOKEN_BYTES = 16;
const DIGEST_BYTES = 32;

/** The name of a subject's keyring. */
export function lookupIdOf(pepper: HmacKey, { kind, id }: Subject): string {
  return base32(pepper.sign(`${kind}:${id}`), DIGEST_BYTES);
}

/** What takes the place of a link secret for events about nobody; it lives as long as the pepper. */
export function unlinkedSecretOf(pepper: HmacKey, purpose: string): HmacKey {
  const secret = Buffer.from(pepper.sign(`unlinked|${purpose}`), 'latin1');
  const key = new HmacKey(secret);
  secret.fill(0);
  return key;
}

/** The subject's pseudonym for one purpose: stored as `subject`, the same in every row, gone with the link secret. */
export function subjectTokenOf(link: HmacKey, purpose: string): string {
  return base32(link.sign(purpose), TOKEN_BYTES);
}

/** What is stored as `event_id`: twins of one subject, purpose and type meet, nothing else does. */
export function eventIdOf(link: HmacKey, eventType: string, id: string): string {
  return base32(link.sign(`event|${eventType}|${id}`), TOKEN_BYTES);
}

/** What tells a twin from another event with the same id; `payload` is any text that equal payloads share. */
export function fingerprintOf(link: HmacKey, eventType: string, payload: string): string {
  return base32(link.sign(`payload|${eventType}|${payload}`), TOKEN_BYTES);
}

/** The pseudonym of a second person or a device (`privacy: token`), within the subject it was seen with. */
export function pseudonymOf(link: HmacKey, semantic: string, value: string): string {
  return base32(link.sign(`token|${semantic}|${value}`), TOKEN_BYTES);
}

/** The pseudonym of the visitor that the subject was seen as: stored as `visitor`. */
export function visitorTokenOf(link: HmacKey, anonymousId: string): string {
  return base32(link.sign(`visitor|${anonymousId}`), TOKEN_BYTES);
}

/** Associated data of a sealed blob: it opens for its own purpose and subject only. */
export function sealedAssociatedData(purpose: string, token: string): Buffer {
  return Buffer.from(`${FORMAT_VERSION}|${purpose}|${token}`, 'utf8');
}

/** What a wrapped secret of a keyring is bound to. */
export interface WrapPlace {
  readonly use: WrapUse;
  readonly purpose: string;
  readonly lookupId: string;
  readonly generation: number;
}

/** Associated data of a wrapped secret: moved to another user, purpose, use or generation, it does not unwrap. */
export function wrapAssociatedData({ use, purpose, lookupId, generation }: WrapPlace): Buffer {
  return Buffer.from(`${FORMAT_VERSION}|${use}|${purpose}|${lookupId}|${generation}`, 'utf8');
}

/** Associated data of the scope of an erasure under the request's own key. */
export function scopeAssociatedData(erasureId: string): Buffer {
  return Buffer.from(`${FORMAT_VERSION}|erasure|${erasureId}`, 'utf8');
}
