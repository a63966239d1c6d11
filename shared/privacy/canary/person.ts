// Owns made-up people: everything personal about one, well formed, and made of a seed, so that what knows the seed can look for them and
// nothing that is stored says it.
import { createHash } from 'node:crypto';
import type { NamedValue } from './traces.ts';

export interface Person {
  readonly userId: string;
  readonly anonymousId: string;
  readonly email: string;
  readonly name: string;
  readonly phone: string;
  readonly ip: string;
  readonly place: string;
  readonly deviceId: string;
  readonly query: string;
}

const NAMES = ['Ada', 'Grace', 'Mary', 'Emmy', 'Sofia', 'Hedy', 'Rosalind', 'Lise', 'Chien', 'Katherine'];

/** Somebody, the same for the same seed; their addresses are of documentation ranges (RFC 2606, RFC 3849). */
export function inventPerson(seed: string): Person {
  const mark = createHash('sha256').update(`person ${seed}`).digest('hex');
  const digits = mark.replaceAll(/\D/g, '').padEnd(24, '7');
  const first = NAMES[Number.parseInt(mark.slice(0, 4), 16) % NAMES.length] ?? '';
  return {
    userId: `${first}.Tester-${mark.slice(0, 8)}`,
    anonymousId: `visitor-${mark.slice(8, 20)}`,
    email: `${first.toLowerCase()}.${mark.slice(20, 28)}@example.org`,
    name: `${first} O'Neil-Þórsdóttir ${mark.slice(28, 34)}`,
    phone: `+4670${digits.slice(0, 7)}`,
    ip: `2001:db8:a${mark.slice(0, 3)}:b${mark.slice(4, 7)}::77`,
    place: `59.${digits.slice(7, 13)},18.${digits.slice(13, 19)}`,
    deviceId: `device-${mark.slice(34, 58)}`,
    query: `songs about ${first} and ${mark.slice(40, 50)}`,
  };
}

/** What may not be found anywhere, each under a name that says nothing of it. */
export function secretsOf(people: readonly Person[]): readonly NamedValue[] {
  return people.flatMap((person, index) =>
    Object.entries(person).map(([field, value]: [string, string]) => ({ name: `${field} of person ${index}`, value })),
  );
}
