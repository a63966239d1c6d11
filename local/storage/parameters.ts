/** Query parameters as numbers and flags. */
import { badValue } from './errors.ts';

/**
 * A whole number, or undefined when it was not sent.
 * @throws ApiError INVALID_ARGUMENT
 */
export function integer(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  const value = Number(text);
  if (!/^-?\d+$/.test(text) || !Number.isSafeInteger(value)) throw badValue(name, text);
  return value;
}

/** Whether it was sent as true; Google's Python clients write `True`. */
export function flag(query: URLSearchParams, name: string): boolean {
  return query.get(name)?.toLowerCase() === 'true';
}
