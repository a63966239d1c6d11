/** Resource names of Cloud KMS: projects, locations, key rings, keys and versions. */
import { invalid } from './refusals.ts';

const LOCATION = 'projects/[^/]+/locations/[^/]+';
const ID = '[a-zA-Z0-9_-]{1,63}';
const RING = `${LOCATION}/keyRings/${ID}`;
const KEY = `${RING}/cryptoKeys/${ID}`;

const PATTERNS = {
  location: new RegExp(`^${LOCATION}$`),
  'key ring': new RegExp(`^${RING}$`),
  'crypto key': new RegExp(`^${KEY}$`),
};
const VERSION = new RegExp(`^(?<key>${KEY})/cryptoKeyVersions/(?<number>[1-9][0-9]{0,8})$`);
const RESOURCE_ID = new RegExp(`^${ID}$`);

export interface VersionName {
  readonly key: string;
  readonly number: number;
}

/**
 * The name itself, once it is known to be one of that kind.
 * @throws ApiError INVALID_ARGUMENT
 */
export function checkedName(kind: keyof typeof PATTERNS, name: string): string {
  if (PATTERNS[kind].test(name)) return name;
  throw wrongName(kind, name);
}

/** @throws ApiError INVALID_ARGUMENT */
export function parseVersionName(name: string): VersionName {
  const parsed = versionNameIn(name);
  if (parsed === undefined) throw wrongName('crypto key version', name);
  return parsed;
}

/** The name of a version in parts, or undefined when it is a name of something else. */
export function versionNameIn(name: string): VersionName | undefined {
  const groups = VERSION.exec(name)?.groups;
  const key = groups?.['key'];
  return key === undefined ? undefined : { key, number: Number(groups?.['number']) };
}

export function versionName({ key, number }: VersionName): string {
  return `${key}/cryptoKeyVersions/${number}`;
}

/**
 * The name of a new resource below `parent`.
 * @throws ApiError INVALID_ARGUMENT when the id is not one
 */
export function childName(parent: string, collection: 'keyRings' | 'cryptoKeys', id: string): string {
  if (!RESOURCE_ID.test(id)) {
    throw invalid(`Invalid id "${id}" in ${collection}: it must match the regular expression [a-zA-Z0-9_-]{1,63}.`);
  }
  return `${parent}/${collection}/${id}`;
}

/** Another resource of KMS where this kind is expected reads differently from no resource name at all. */
function wrongName(kind: string, name: string): Error {
  const known = Object.values(PATTERNS).some((pattern) => pattern.test(name)) || VERSION.test(name);
  return known
    ? invalid(`${name} is not a valid resource type for this request.`)
    : invalid(`Invalid resource name "${name}": expected the name of a ${kind}.`);
}
