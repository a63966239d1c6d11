// Owns the difference between two declarations of an event type: what readers and senders can live with, and what breaks them.
import { durationOf, exceeds } from '../platform/duration.ts';
import type { EventType } from './event-type.ts';
import { compareFields } from './field-compatibility.ts';

/**
 * How much a change asks of others: `patch` nothing, `minor` is compatible and may stay in the file, `major` breaks what was
 * sent or read before and needs a new file, `<Name>_v2.yaml`.
 */
export type ChangeLevel = 'patch' | 'minor' | 'major';

/** The rules by which changes are judged; CI names the one that it refuses by. */
export const CHANGE_RULES = {
  reword: 'patch',
  reassign: 'patch',
  rebudget: 'patch',
  'add-optional-field': 'minor',
  'drop-optional-field': 'minor',
  'require-less': 'minor',
  'widen-limit': 'minor',
  'keep-longer': 'minor',
  'add-event-type': 'minor',
  'add-endpoint': 'minor',
  'add-column': 'minor',
  'waive-consent': 'minor',
  'change-sampling': 'minor',
  'add-source': 'minor',
  'map-event': 'minor',
  'change-mapping': 'minor',
  'drop-unmapped': 'minor',
  'keep-dropped': 'minor',
  'add-required-field': 'major',
  'drop-required-field': 'major',
  'require-more': 'major',
  'narrow-limit': 'major',
  'keep-shorter': 'major',
  'change-type': 'major',
  'change-meaning': 'major',
  'change-protection': 'major',
  'change-purpose': 'major',
  'change-subject': 'major',
  'change-grain': 'major',
  'change-financial': 'major',
  'remove-event-type': 'major',
  'remove-endpoint': 'major',
  'drop-column': 'major',
  'require-consent': 'major',
  'redirect-event': 'major',
  'drop-event': 'major',
  'unmap-event': 'major',
  'remove-source': 'major',
  'refuse-sent': 'major',
} as const satisfies { readonly [rule: string]: ChangeLevel };

/** The name of a rule. */
export type ChangeRule = keyof typeof CHANGE_RULES;

/** One difference between two declarations. */
export interface Change {
  readonly rule: ChangeRule;
  /** The key that changed: `fields.ms_played.max`. */
  readonly path: string;
  /** What changed, from what to what. */
  readonly message: string;
}

/** Every difference between the declaration that is deployed and the one that would replace it. */
export function compareEventTypes(before: EventType, after: EventType): readonly Change[] {
  const plain = (['purpose', 'subject', 'grain', 'financial'] as const).flatMap((key) =>
    before[key] === after[key]
      ? []
      : [
          {
            rule: `change-${key}` as const,
            path: key,
            message: `"${key}" was ${String(before[key])} and is ${String(after[key])}`,
          },
        ],
  );
  const durations = (['retention', 'dedupe'] as const).flatMap((key): readonly Change[] => {
    if (before[key] === after[key]) return [];
    const shorter = exceeds(durationOf(before[key]), durationOf(after[key]));
    return [
      {
        rule: shorter ? 'keep-shorter' : 'keep-longer',
        path: key,
        message: `"${key}" was ${before[key]} and is ${after[key]}`,
      },
    ];
  });
  const owners = (['owner', 'tier'] as const).flatMap((key): readonly Change[] =>
    before[key] === after[key]
      ? []
      : [{ rule: 'reassign', path: key, message: `"${key}" was ${before[key]} and is ${after[key]}` }],
  );
  const [was, is] = [samplingWords(before), samplingWords(after)];
  // Rows from before and after are told apart by their `schema_version`.
  const sampling: readonly Change[] =
    was === is ? [] : [{ rule: 'change-sampling', path: 'sampling', message: `"sampling" was ${was} and is ${is}` }];
  const [had, has] = [before.dailyBytes ?? 'none', after.dailyBytes ?? 'none'];
  const budget: readonly Change[] =
    had === has ? [] : [{ rule: 'rebudget', path: 'daily_bytes', message: `"daily_bytes" was ${had} and is ${has}` }];
  const words =
    before.description === after.description
      ? []
      : [{ rule: 'reword' as const, path: 'description', message: 'the description changed' }];
  return [
    ...plain,
    ...durations,
    ...sampling,
    ...budget,
    ...owners,
    ...words,
    ...compareFields(before.fields, after.fields, 'fields'),
  ];
}

function samplingWords({ sampling = 1 }: EventType): string {
  return String(sampling);
}

/** How much changes ask of others, taken together; `patch` when there are none. */
export function levelOf(changes: readonly Change[]): ChangeLevel {
  const levels = new Set<ChangeLevel>(changes.map(({ rule }) => CHANGE_RULES[rule]));
  if (levels.has('major')) return 'major';
  return levels.has('minor') ? 'minor' : 'patch';
}
