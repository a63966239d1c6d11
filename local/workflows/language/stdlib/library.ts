/**
 * The standard library: every function that a workflow can call without defining it.
 * Source: https://cloud.google.com/workflows/docs/reference/stdlib/overview
 */
import type { Value } from '../values/value.ts';
import { CODECS } from './codecs.ts';
import { COLLECTIONS } from './collections.ts';
import type { StandardFunction } from './function.ts';
import { BUILTINS } from './builtins.ts';
import { HTTP } from './http.ts';
import { RETRY, RETRY_CONSTANTS } from './retry.ts';
import { SYSTEM } from './system.ts';
import { TEXT } from './text.ts';
import { TIME } from './time.ts';

export const STANDARD_LIBRARY: ReadonlyMap<string, StandardFunction> = new Map(
  [...BUILTINS, ...COLLECTIONS, ...TEXT, ...CODECS, ...TIME, ...RETRY, ...SYSTEM, ...HTTP].map((entry) => [
    entry.name,
    entry,
  ]),
);

/** What can be named in an expression without being called: `http.default_retry`, … */
export const STANDARD_CONSTANTS: ReadonlyMap<string, Value> = new Map(Object.entries(RETRY_CONSTANTS));
