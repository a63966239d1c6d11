/** Storage classes and locations, which here are names only. */
import { invalid, shown } from '../errors.ts';

/** Source: https://cloud.google.com/storage/docs/storage-classes (the last three are older names that are still taken) */
const CLASSES = new Set([
  'STANDARD',
  'NEARLINE',
  'COLDLINE',
  'ARCHIVE',
  'MULTI_REGIONAL',
  'REGIONAL',
  'DURABLE_REDUCED_AVAILABILITY',
]);

/** Source: https://cloud.google.com/storage/docs/locations */
const MULTI_REGIONS = ['US', 'EU', 'ASIA'];
const DUAL_REGIONS = ['ASIA1', 'EUR4', 'EUR5', 'EUR7', 'EUR8', 'NAM4'];
const REGION = /^[A-Z]+-[A-Z]+\d+$/;

/** @throws ApiError INVALID_ARGUMENT */
export function parseStorageClass(value: unknown): string {
  const name = typeof value === 'string' ? value.toUpperCase() : '';
  if (!CLASSES.has(name)) throw invalid(`Invalid storage class "${shown(value)}"`, 'storageClass');
  return name;
}

/**
 * A location in upper case, as resources show it; US when none is named.
 * @throws ApiError INVALID_ARGUMENT
 */
export function parseLocation(value: unknown): string {
  const location = typeof value === 'string' ? value.toUpperCase() : 'US';
  if (![...MULTI_REGIONS, ...DUAL_REGIONS].includes(location) && !REGION.test(location)) {
    throw invalid('The specified location constraint is not valid.', 'location');
  }
  return location;
}

export function locationType(location: string): 'multi-region' | 'dual-region' | 'region' {
  if (MULTI_REGIONS.includes(location)) return 'multi-region';
  return DUAL_REGIONS.includes(location) ? 'dual-region' : 'region';
}
