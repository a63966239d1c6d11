/** Which names buckets may have. Source: https://cloud.google.com/storage/docs/buckets#naming */
import { forbidden, invalid, required, shown } from '../errors.ts';
import { BUCKET_NAME_CHARACTERS } from '../limits.ts';

/**
 * The name as it is, when a new bucket may have it.
 * @throws ApiError
 */
export function bucketName(name: unknown): string {
  if (name === undefined || name === null || name === '') throw required('name');
  if (typeof name !== 'string' || !/^[a-z0-9][a-z0-9._-]*[a-z0-9]$/.test(name)) throw invalidName(shown(name));
  if (/^\d+\.\d+\.\d+\.\d+$/.test(name) || /^goog|google|g00gle/.test(name) || /\.\.|\.-|-\./.test(name)) {
    throw invalidName(name);
  }
  // Names with dots are domain names, whose ownership Google verifies and nobody can prove here.
  if (name.includes('.')) throw forbidden('The bucket you tried to create is a domain name owned by another user.');
  if (name.length < BUCKET_NAME_CHARACTERS.min || name.length > BUCKET_NAME_CHARACTERS.max) throw invalidName(name);
  return name;
}

function invalidName(name: string): Error {
  return invalid(`Invalid bucket name: '${name}'`, 'name');
}
