/** Labels of resources: their rules, and the filter expressions of lists. */
import type { JsonObject } from '#lib/googlesql/engine/definitions.ts';
import { invalid } from '../errors.ts';
import { MAX_LABEL_LENGTH, MAX_LABELS } from '../limits.ts';
import { isObject } from '../../primitives/json-object.ts';

// Source: https://cloud.google.com/bigquery/docs/labels-intro#requirements
const LABEL_KEY = /^[\p{Ll}\p{Lo}][\p{Ll}\p{Lo}\p{N}_-]*$/u;
const LABEL_VALUE = /^[\p{Ll}\p{Lo}\p{N}_-]*$/u;

/** @throws ApiError `invalid` naming the key or value that breaks the rules */
export function checkLabels(labels: Readonly<Record<string, string>> | undefined): void {
  if (labels === undefined) return;
  const entries = Object.entries(labels);
  if (entries.length > MAX_LABELS) throw invalid(`A resource cannot have more than ${MAX_LABELS} labels.`);
  for (const [key, value] of entries) {
    if (!LABEL_KEY.test(key)) throw invalid(`Label key "${key}" has invalid characters.`);
    if (!LABEL_VALUE.test(value)) throw invalid(`Label value "${value}" has invalid characters.`);
    for (const part of [key, value]) {
      if (part.length > MAX_LABEL_LENGTH) {
        throw invalid(`Label "${part}" is longer than ${MAX_LABEL_LENGTH} characters.`);
      }
    }
  }
}

/**
 * A test of resources by their labels: `labels.department:receiving labels.active`, all of which must hold.
 * @throws ApiError `invalid` for any other expression
 */
export function labelFilter(expression: string | undefined): (resource: JsonObject) => boolean {
  const terms = (expression ?? '').split(/\s+/).filter((term) => term !== '');
  const tests = terms.map((term) => {
    const found = /^labels\.(?<key>[^:]+)(?::(?<value>.*))?$/.exec(term)?.groups;
    if (found === undefined) throw invalid(`Invalid filter expression: ${term}`, 'filter');
    const { key = '', value } = found;
    return { key, value };
  });
  return (resource) => {
    const labels = isObject(resource['labels']) ? resource['labels'] : {};
    return tests.every(({ key, value }) => key in labels && (value === undefined || labels[key] === value));
  };
}
