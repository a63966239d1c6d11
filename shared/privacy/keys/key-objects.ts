// Owns the names under which the `keys` bucket holds keyrings, index, epochs and the revocation feed.

/** The keyring of a lookup id. */
export function keyringObject(lookupId: string): string {
  return `keyrings/${lookupId}`;
}

/** Where a token leads to its keyring. */
export function indexObject(purpose: string, token: string): string {
  return `index/${purpose}/${token}`;
}

/** The record of an epoch. */
export function epochObject(id: string): string {
  return `${EPOCH_PREFIX}${id}`;
}
export const EPOCH_PREFIX = 'epochs/';

/** The wrapped pepper. */
export const PEPPER_OBJECT = 'pepper';

/**
 * An entry of the revocation feed. Names sort by time, so that a listing from `revocationStart(sinceMs)` is a read of the feed;
 * the entry is all in its name: time, lookup id, and an id of its own.
 */
export function revocationObject(atMs: number, lookupId: string, id: string): string {
  return `${revocationStart(atMs)}-${lookupId}-${id}`;
}
export const REVOCATION_PREFIX = 'revocations/';
const MS_DIGITS = 15;

/** The first name that an entry of this time can have. */
export function revocationStart(atMs: number): string {
  return `${REVOCATION_PREFIX}${String(atMs).padStart(MS_DIGITS, '0')}`;
}

/** An entry read back from its name; undefined for any other object. */
export function revocationOf(
  name: string,
): { readonly id: string; readonly lookupId: string; readonly atMs: number } | undefined {
  const match = REVOCATION_NAME.exec(name);
  if (match === null) return undefined;
  const [, at = '', lookupId = '', id = ''] = match;
  return { atMs: Number(at), lookupId, id };
}
const REVOCATION_NAME = /^revocations\/(\d{15})-([a-z2-7]{52})-([A-Za-z0-9-]{1,64})$/;
