// Owns making a wanted resource: the labels of the operator and what must be there before it.
import { MANAGED_LABEL, type Resource, type ResourceId, type ResourceLabels, type WantedResource } from './resource.ts';

/** The labels of a resource of the operator, with those of its owner. */
export function managed(labels: ResourceLabels = {}): ResourceLabels {
  return { ...labels, [MANAGED_LABEL.key]: MANAGED_LABEL.value };
}

/** Makes the resources that one thing asks for, each after others. */
export type Want = (resource: Resource, after?: readonly ResourceId[]) => WantedResource;

/** @param by what asks for them: `event type listening.TrackPlayed` */
export function wantedBy(by: string): Want {
  return (resource, after = []) => ({ resource, by, after });
}
