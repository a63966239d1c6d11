// Owns which events of a sampled type are kept: those of a part of its subjects, always the same ones.
import { sha256Hex } from '../platform/digest.ts';

/** Hexadecimal digits of a digest that decide, and how many values they have: enough that a millionth is still exact. */
const DIGITS = 12;
const VALUES = 16 ** DIGITS;

/**
 * Whether an event is in a sample of this rate. `who` is its subject, so that all events of one subject are kept or none, and a
 * retry is answered like the first sending; of an event about nobody it is its id. Whoever is in a small sample is in every
 * larger one too, whatever the type, so samples of several types can be joined. What decides is stored nowhere.
 */
export function isInSample(rate: number | undefined, who: string): boolean {
  return rate === undefined || Number.parseInt(sha256Hex(who).slice(0, DIGITS), 16) < rate * VALUES;
}
