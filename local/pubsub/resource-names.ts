/** Names of topics, subscriptions and projects: `projects/P/topics/T`. */
import { invalidName } from './refusals.ts';

export type Collection = 'topics' | 'subscriptions' | 'snapshots' | 'schemas';

/** What a subscription's topic reads once the topic is gone. Source: google/pubsub/v1/pubsub.proto, Subscription.topic */
export const DELETED_TOPIC = '_deleted-topic_';

/** 3 to 255 characters, from a letter on, not starting with "goog". Source: https://cloud.google.com/pubsub/docs/pubsub-basics#resource_names */
const RESOURCE_ID = /^(?!goog)[A-Za-z][\w.~+%-]{2,254}$/;
const PROJECT_ID = /^[^/]+$/;

export interface ResourceName {
  readonly project: string;
  readonly id: string;
}

/** @throws ApiError INVALID_ARGUMENT when it is not a name of such a resource */
export function parseName(collection: Collection, name: string): ResourceName {
  const [projects, project = '', kind, id = '', ...rest] = name.split('/');
  const wellFormed = projects === 'projects' && kind === collection && rest.length === 0;
  if (!wellFormed || !PROJECT_ID.test(project) || !RESOURCE_ID.test(id)) throw invalidName(name);
  return { project, id };
}

/**
 * The prefix of all names of a collection in a project (`projects/P`).
 * @throws ApiError INVALID_ARGUMENT when it is not the name of a project
 */
export function collectionPrefix(collection: Collection, project: string): string {
  const [projects, id = '', ...rest] = project.split('/');
  if (projects !== 'projects' || !PROJECT_ID.test(id) || rest.length > 0) throw invalidName(project);
  return `${project}/${collection}/`;
}
