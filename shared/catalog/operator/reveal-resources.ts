// Owns what opening values in SQL needs for each purpose: a dataset of its own, whom it is shared with, and the remote function.
import type { PurposeId } from '../../platform/ids.ts';
import { serviceAccountEmail } from '../../platform/roles.ts';
import { revealRoutine } from '../names.ts';
import { openersOf } from '../opening.ts';
import type { Platform, Purpose } from '../platform.ts';
import { REVEAL_PARAMETERS } from '../sql-analysis.ts';
import { resourceId, type RoutineResource, type WantedResource } from './resource.ts';
import { managed, wantedBy } from './wanted-resource.ts';

/** Where the functions lead. */
export interface RevealSurroundings {
  /** URL of privacy: as it is the audience of BigQuery's token, it has no path. */
  readonly endpoint: string;
  /** `projects/…/locations/…/connections/…` */
  readonly connection: string;
}

/** Rows of a request: enough for one audit record to stand for many values, few enough to be answered within a second. */
const MAX_BATCHING_ROWS = 1000;

/** The resources of every purpose. */
export function revealResources(
  { purposes, roles }: Platform,
  { projectId, region }: { readonly projectId: string; readonly region: string },
  around: RevealSurroundings,
): readonly WantedResource[] {
  return Object.entries(purposes).flatMap(([id, purpose]) => {
    // The keys of the table are its purposes.
    const { dataset: name, routine } = revealRoutine(id as PurposeId);
    const want = wantedBy(`purpose ${id}`);
    const description = `Opens what was sealed for ${id}; every use is recorded.`;
    const dataset = { kind: 'dataset', name, location: region, description, labels: managed() } as const;
    const sharing = { kind: 'sharing', name, readers: readersOf(purpose, roles, projectId) } as const;
    const opening: RoutineResource = {
      kind: 'routine',
      name: `${name}.${routine}`,
      description,
      parameters: REVEAL_PARAMETERS.map((parameter) => ({ name: parameter.name, type: parameter.type.kind })),
      returns: 'JSON',
      ...around,
      context: { purpose: id },
      maxBatchingRows: MAX_BATCHING_ROWS,
    };
    return [
      want(dataset),
      want(sharing, [resourceId(dataset)]),
      // Shared with whom it is meant for before there is anything to call.
      want(opening, [resourceId(dataset), resourceId(sharing)]),
    ];
  });
}

/** The accounts of roles with their members, and that of workflows, which run the queries of pipelines. */
function readersOf(purpose: Purpose, declared: Platform['roles'], projectId: string): readonly string[] {
  const { roles, endpoints } = openersOf(purpose);
  const people = roles.flatMap((role) => [serviceAccountEmail(role, projectId), ...declared[role].members]);
  const pipelines = endpoints.length === 0 ? [] : [serviceAccountEmail('workflows', projectId)];
  return [...new Set([...people, ...pipelines])].sort();
}
