// Owns the codes of single events: why one is rejected, and why one should be sent again.
import { caller, transient } from './entry.ts';

/** Codes with which an event is rejected: sending the same event again changes nothing. */
export const REJECTION_CODES = {
  invalid_envelope: caller(
    'A field of the envelope is missing or not of its kind.',
    'Correct the field that `path` names.',
  ),
  unknown_type: caller(
    'No event type of this name is declared.',
    'Declare it in events/<domain>/<Name>.yaml, or correct the name.',
  ),
  unmapped_event: caller(
    'The source of the event has no mapping for it.',
    'Map it in platform/sources/<source>.yaml, or name it there under `drop`; then replay the event.',
  ),
  dropped_by_source: caller(
    'The mapping of the source says that such events are not wanted.',
    'Nothing to do. Take the name from `drop` and map it to keep them.',
  ),
  type_not_allowed: caller('The write key may not send this event type.', 'Add the event type to the write key.', {
    status: 403,
  }),
  missing_field: caller('A field that is not optional is missing.', 'Send the field, or declare it `optional: true`.'),
  wrong_type: caller('The value is not of the declared type.', 'Send a value of the type that the hint names.'),
  out_of_range: caller('The number is outside its declared limits.', 'Send a number within them, or widen them.'),
  too_short: caller('The value is shorter than declared.', 'Send a longer value, or lower `min_length`.'),
  too_long: caller('The value is longer than declared.', 'Shorten the value, or raise `max_length`.'),
  not_in_enum: caller('The value is none of the declared ones.', 'Send a declared value, or add this one to `values`.'),
  bad_format: caller('The value does not have the declared format.', 'Send it in the format that the hint names.'),
  too_many_items: caller('The list has more items than declared.', 'Send fewer items, or raise `max_items`.'),
  too_few_items: caller('The list has fewer items than declared.', 'Send more items, or lower `min_items`.'),
  too_deep: caller('The value nests deeper than the limit.', 'Flatten the value.'),
  event_too_large: caller('The event is larger than the limit.', 'Send less in one event.', { status: 413 }),
  too_old: caller(
    'The event happened longer ago than its type is kept.',
    'Nothing to do: it would be deleted at once. Lengthen `retention` to keep such events.',
  ),
  too_new: caller('The event of an import lies in the future.', 'Correct `occurredAt`.'),
  missing_subject: caller(
    'The event type is about a user, and neither `userId` nor `anonymousId` was sent.',
    'Send one of them, or declare `subject: none`.',
  ),
  consent_missing: caller(
    'The purpose needs consent, and the event carries none.',
    'Send `consent: {<purpose>: true}` once the user has agreed.',
  ),
  consent_refused: caller('The user refused this purpose.', 'Do not send such events for this user.'),
  subject_erased: caller('The user was erased.', 'Reactivate the user before sending new events.', { status: 410 }),
  purpose_withdrawn: caller(
    'The user withdrew consent to this purpose.',
    'Record the new consent before sending new events.',
    { status: 410 },
  ),
  collision: caller(
    'An event with this id and another payload was accepted before.',
    'Give every event an id of its own.',
    { status: 409 },
  ),
  not_sampled: caller(
    'The event type keeps a sample, and this subject is not in it.',
    'Nothing to do. Raise `sampling` in the declaration to keep more.',
  ),
  budget_spent: caller(
    'The event type has stored the bytes that it may store today.',
    'Raise `daily_bytes`, or lower `sampling`, in the declaration.',
  ),
  unknown_import: caller('No import with this id is open.', 'Open one with POST /v1/imports, and send its id.', {
    status: 404,
  }),
  finished_import: caller('The import is finished.', 'Open another one with POST /v1/imports.', { status: 409 }),
} as const;

/** Codes with which an event is to be sent again, as it is. */
export const RETRY_CODES = {
  publish_failed: transient('The event could not be stored durably.', 'Send it again after Retry-After.'),
  keys_unavailable: transient('The keys of this user cannot be read now.', 'Send it again after Retry-After.'),
  subject_busy: transient('The keys of this user are being changed.', 'Send it again after Retry-After.'),
  subject_rate_limited: transient(
    'This user sends more events than the write key allows for one.',
    'Send it again after Retry-After; where it is no mistake, raise `--subject-rate` of the write key.',
  ),
  timed_out: transient('The event was not stored in time.', 'Send it again after Retry-After.'),
  overtaken_import: transient(
    'The import was finished while the event was on its way.',
    'Open another one with POST /v1/imports and send it there: an event that is stored twice counts once.',
  ),
} as const;
