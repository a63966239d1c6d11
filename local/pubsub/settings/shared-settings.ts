/** Checks that topics and subscriptions have in common. */
import { durationText, type ProtoDuration, toMs } from '../durations.ts';
import { MAX_LABELS, RETENTION_MS } from '../limits.ts';
import { invalid, invalidArgument, notServed, outOfBounds } from '../refusals.ts';

/** Source: https://cloud.google.com/pubsub/docs/labels#requirements */
const LABEL_KEY = /^[\p{Ll}\p{Lo}][\p{Ll}\p{Lo}\p{N}_-]{0,62}$/u;
const LABEL_VALUE = /^[\p{Ll}\p{Lo}\p{N}_-]{0,63}$/u;
const KEY_FORM = String.raw`[\p{Ll}\p{Lo}][\p{Ll}\p{Lo}\p{N}_-]{0,62}`;
const VALUE_FORM = String.raw`[\p{Ll}\p{Lo}\p{N}_-]{0,63}`;

/** @throws ApiError INVALID_ARGUMENT naming the first label that breaks the rules */
export function checkLabels(labels: Readonly<Record<string, string>>): void {
  const entries = Object.entries(labels);
  if (entries.length > MAX_LABELS) throw invalidArgument(`Invalid labels: more than ${MAX_LABELS} labels`);
  for (const [key, value] of entries) {
    if (!LABEL_KEY.test(key)) {
      throw invalidArgument(
        `Invalid labels: Invalid field "labels"; key "${key}" does not conform to regular expression "${KEY_FORM}"`,
      );
    }
    if (!LABEL_VALUE.test(value)) {
      throw invalidArgument(
        `Invalid labels: Invalid field "labels.${key}"; value "${value}" does not conform to regular expression "${VALUE_FORM}"`,
      );
    }
  }
}

export function checkRetention(retention: ProtoDuration | null): void {
  if (retention === null) return;
  const ms = toMs(retention);
  if (ms < RETENTION_MS.min || ms > RETENTION_MS.max) {
    const bounds = { min: durationText(RETENTION_MS.min), max: durationText(RETENTION_MS.max) };
    throw outOfBounds('message retention duration', durationText(ms), bounds);
  }
}

/** Refuses fields of Google's API whose effect this cloud does not have; silence would promise it. */
export function refuseUnserved(resource: string, fields: Readonly<Record<string, unknown>>): void {
  for (const [field, value] of Object.entries(fields)) {
    const empty = value === null || value === undefined || (Array.isArray(value) && value.length === 0);
    if (!empty) throw notServed(`${resource}.${field}`);
  }
}

/**
 * The fields that an update names, by their names in messages (camelCase; masks are snake_case over gRPC and either over
 * REST), each known and changeable.
 */
export function maskedFields(
  mask: { readonly paths: readonly string[] } | null,
  rules: {
    readonly resource: 'Topic' | 'Subscription';
    readonly known: readonly string[];
    readonly fixed: readonly string[];
  },
): string[] {
  const request = `Update${rules.resource}Request`;
  const paths = mask?.paths.filter((path) => path !== '') ?? [];
  if (paths.length === 0) {
    throw invalid(`The update_mask in the ${request} must be set, and must contain a non-empty paths list.`);
  }
  return paths.map((path) => {
    const field = camelCase(path.split('.')[0] ?? '');
    if (rules.fixed.includes(field)) {
      throw invalid(
        `Invalid update_mask provided in the ${request}: the '${path}' field in the ${rules.resource} is not mutable.`,
      );
    }
    if (!rules.known.includes(field)) {
      throw invalid(
        `Invalid update_mask provided in the ${request}: '${path}' is not a known ${rules.resource} field. Note that field paths must be of the form 'push_config' rather than 'pushConfig'.`,
      );
    }
    return field;
  });
}

function camelCase(path: string): string {
  return path.replace(/_([a-z])/g, (_all, letter: string) => letter.toUpperCase());
}
