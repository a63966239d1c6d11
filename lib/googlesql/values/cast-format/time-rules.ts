/** Which format models can read a type. Source: GoogleSQL "Format elements", "Format model rules". */

import { ValueError } from '../sql-value.ts';
import type { FormattedKind } from '../time-format.ts';
import { shownElement, type TimeCategory, type TimeElement } from './time-model.ts';

const readable = new Set(
  `text blank YYYY YYY YY Y RRRR RR Y,YYY MM MON MONTH DD HH HH12 HH24 MI SS SSSSS FF1 FF2 FF3 FF4 FF5 FF6 FF7 FF8 FF9
   A.M. P.M. TZH TZM`.split(/\s+/),
);

/** Categories that a type does not have, in the order in which they are looked for. */
const foreign: Readonly<Record<FormattedKind, readonly TimeCategory[]>> = {
  DATE: ['HOUR', 'MINUTE', 'SECOND', 'MERIDIAN_INDICATOR', 'TIME_ZONE'],
  TIME: ['YEAR', 'MONTH', 'DAY', 'TIME_ZONE'],
  DATETIME: ['TIME_ZONE'],
  TIMESTAMP: [],
};

const single: readonly TimeCategory[] = ['MERIDIAN_INDICATOR', 'YEAR', 'MONTH', 'DAY', 'HOUR', 'MINUTE'];

/** Throws a `ValueError` in Google's words at a model that cannot read the type. */
export function checkReadable(elements: readonly TimeElement[], kind: FormattedKind): void {
  checkEach(elements);
  const firstOf = (category: TimeCategory): TimeElement | undefined =>
    elements.find((one) => one.category === category);
  for (const category of foreign[kind]) {
    const found = firstOf(category);
    if (found === undefined) continue;
    throw new ValueError(
      `Format element in category ${category} (${shownElement(found)}) is not allowed for output type ${kind}`,
    );
  }
  for (const category of single) {
    const [first, second] = elements.filter((one) => one.category === category);
    if (first === undefined || second === undefined) continue;
    throw new ValueError(
      `More than one format element in category ${category} exist: ${shownElement(first)} and ${shownElement(second)}`,
    );
  }
  checkTogether(elements, firstOf);
}

function checkEach(elements: readonly TimeElement[]): void {
  const seen = new Set<string>();
  for (const one of elements) {
    if (!readable.has(one.name))
      throw new ValueError(`Format element ${shownElement(one)} is not supported for parsing`);
    const name = one.name.startsWith('FF') ? 'FF' : one.name;
    if (one.category !== 'LITERAL' && seen.has(name)) {
      throw new ValueError(`Format element ${shownElement(one)} appears more than once in the format string`);
    }
    seen.add(name);
  }
}

function checkTogether(
  elements: readonly TimeElement[],
  firstOf: (category: TimeCategory) => TimeElement | undefined,
): void {
  const named = (...names: readonly string[]): TimeElement | undefined =>
    elements.find(({ name }) => names.includes(name));
  exclude(named('HH24'), firstOf('MERIDIAN_INDICATOR'));
  const twelve = named('HH', 'HH12');
  const meridian = firstOf('MERIDIAN_INDICATOR');
  if (twelve !== undefined && meridian === undefined) {
    throw new ValueError(
      `Format element in category MERIDIAN_INDICATOR is required when format element ${shownElement(twelve)} exists`,
    );
  }
  if (twelve === undefined && meridian !== undefined) {
    throw new ValueError(
      `Format element of type HH/HH12 is required when format element in category MERIDIAN_INDICATOR (${shownElement(meridian)}) exists`,
    );
  }
  const ofDay = named('SSSSS');
  exclude(ofDay, firstOf('HOUR'));
  exclude(ofDay, firstOf('MINUTE'));
  const second = named('SS');
  if (ofDay !== undefined && second !== undefined) {
    throw new ValueError(
      `Format elements ${shownElement(ofDay)} and ${shownElement(second)} cannot exist simultaneously`,
    );
  }
}

function exclude(one: TimeElement | undefined, other: TimeElement | undefined): void {
  if (one === undefined || other === undefined) return;
  throw new ValueError(
    `Format element in category ${other.category} (${shownElement(other)}) and format element ${shownElement(one)} cannot exist simultaneously`,
  );
}
