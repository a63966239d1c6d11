/** What a topic may be told to be. */
import { notFound } from '../refusals.ts';
import { parseName } from '../resource-names.ts';
import type { Topic } from '../resources.ts';
import { checkLabels, checkRetention, maskedFields, refuseUnserved } from './shared-settings.ts';

const CHANGEABLE = ['labels', 'messageStoragePolicy', 'kmsKeyName', 'messageRetentionDuration'] as const;
const UNSERVED = ['schemaSettings', 'ingestionDataSourceSettings', 'messageTransforms'] as const;
const FIXED = ['name', 'state', 'satisfiesPzs', 'tags'];

/**
 * The topic as it is kept.
 * @throws ApiError INVALID_ARGUMENT, UNIMPLEMENTED, or NOT_FOUND for a schema: there are none
 */
export function checkTopic(asked: Topic): Topic {
  parseName('topics', asked.name);
  checkLabels(asked.labels);
  checkRetention(asked.messageRetentionDuration);
  if (asked.schemaSettings !== null) throw notFound(asked.schemaSettings.schema);
  refuseUnserved('Topic', {
    ingestionDataSourceSettings: asked.ingestionDataSourceSettings,
    messageTransforms: asked.messageTransforms,
  });
  return {
    name: asked.name,
    labels: asked.labels,
    messageStoragePolicy: asked.messageStoragePolicy,
    kmsKeyName: asked.kmsKeyName,
    schemaSettings: null,
    messageRetentionDuration: asked.messageRetentionDuration,
    ingestionDataSourceSettings: null,
    messageTransforms: [],
  };
}

/** The topic with the named fields taken from `asked`. */
export function changeTopic(current: Topic, asked: Topic, mask: { readonly paths: readonly string[] } | null): Topic {
  const known = [...CHANGEABLE, ...UNSERVED];
  const fields = maskedFields(mask, { resource: 'Topic', known, fixed: FIXED });
  const picked = Object.fromEntries(Object.entries(asked).filter(([field]) => fields.includes(field)));
  return checkTopic({ ...current, ...picked });
}
