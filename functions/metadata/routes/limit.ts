// Owns reading out of a query how many lines somebody wants.
import { PlatformError } from '#shared/platform/platform-error.ts';

/** @throws PlatformError invalid_argument */
export function limitOf(
  query: URLSearchParams,
  { byDefault, most }: { readonly byDefault: number; readonly most: number },
): number {
  const limit = Number(query.get('limit') ?? byDefault);
  if (Number.isInteger(limit) && limit >= 1 && limit <= most) return limit;
  throw new PlatformError('invalid_argument', { message: `limit must be a whole number from 1 to ${most}.` });
}
