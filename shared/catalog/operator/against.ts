// Owns what a change of the declarations comes to before anybody applies it: how much it asks of others, and what apply would refuse.
import { CHANGE_RULES, type Change, type ChangeLevel, compareEventTypes, levelOf } from '../compatibility.ts';
import { type Catalog, endpointsOf, eventTypesOf } from '../catalog.ts';
import { formatColumnType, restColumns } from '../column.ts';
import type { Endpoint } from '../endpoint.ts';
import { rawColumns } from '../event-columns.ts';
import type { EventType } from '../event-type.ts';
import type { EventTypeId } from '../../platform/ids.ts';
import { endpointOf, endpointTable, rawTable, type TableName } from '../names.ts';
import { compareSources, isUnmapping, type SourceChange, type SourceStates } from '../sources/compare-sources.ts';
import { compareColumns } from './compare-columns.ts';
import { type Deletion, sourceApproval } from './deletion.ts';
import { planChanges, type Refusal } from './plan.ts';
import { declarationRefusal, isBreaking } from './refusals.ts';
import { type ColumnResource, resourceId } from './resource.ts';
import { type Surroundings, wantedResources } from './wanted.ts';

/** Two states of the declarations. */
export interface States extends SourceStates {
  /** Approvals that go with the change. */
  readonly deletions: readonly Deletion[];
  /** Declarations of an event type from before `before`: their columns are in its tables still. */
  readonly past: (id: EventTypeId) => readonly EventType[];
}

/** What changed about one event type or endpoint. */
export interface SubjectChange {
  /** `event type listening.TrackPlayed`, `endpoint listening.daily_plays`, `purpose account` or `source website`. */
  readonly subject: string;
  readonly level: ChangeLevel;
  readonly changes: readonly (Change & { readonly level: ChangeLevel })[];
}

/** A refusal with the declared thing that it is about, so that its place in a file can be found. */
export type PlacedRefusal = Refusal & {
  readonly eventType?: EventTypeId;
  readonly path?: string;
  readonly source?: Pick<SourceChange, 'source' | 'event'>;
};

/** What the change comes to. */
export interface StatesCompared {
  /** Of all changes together; undefined when there are none. */
  readonly level: ChangeLevel | undefined;
  readonly subjects: readonly SubjectChange[];
  /** With any of these the change cannot be applied as it is. */
  readonly refusals: readonly PlacedRefusal[];
}

/** No cloud is asked: what is in force is what the state before would have made of an empty one. */
const NOWHERE: Surroundings = { projectId: 'none', region: 'none', workflows: {}, workflowEnvironment: {} };

/** Compares two states by the rules of declarations and by those of BigQuery's tables. */
export function compareStates(states: States): StatesCompared {
  const ofSources = compareSources(states);
  const subjects = [
    ...eventTypeChanges(states),
    ...endpointChanges(states),
    ...purposeChanges(states),
    ...sourceChanges(ofSources),
  ];
  const changes = subjects.flatMap((subject) => subject.changes);
  const refusals = [...refusalsOf(states), ...unmappingRefusals(ofSources, states.deletions)];
  return { level: changes.length === 0 ? undefined : levelOf(changes), subjects, refusals };
}

function eventTypeChanges({ before, after }: States): readonly SubjectChange[] {
  const gone = eventTypesOf(before).filter(({ id }) => after.eventTypes[id] === undefined);
  return [
    ...eventTypesOf(after).flatMap((is) => {
      const was = before.eventTypes[is.id];
      return subjectChange(
        `event type ${is.id}`,
        was === undefined
          ? [{ rule: 'add-event-type', path: '', message: 'the event type is new' }]
          : compareEventTypes(was, is),
      );
    }),
    ...gone.flatMap(({ id }) =>
      subjectChange(`event type ${id}`, [{ rule: 'remove-event-type', path: '', message: 'the event type is gone' }]),
    ),
  ];
}

function subjectChange(subject: string, changes: readonly Change[]): readonly SubjectChange[] {
  if (changes.length === 0) return [];
  const leveled = changes.map((change) => ({ ...change, level: CHANGE_RULES[change.rule] }));
  return [{ subject, level: levelOf(changes), changes: leveled }];
}

/** Of purposes, what decides about events: whether the door asks for consent. */
function purposeChanges({ before, after }: States): readonly SubjectChange[] {
  const was = new Map(Object.entries(before.platform.purposes));
  return Object.entries(after.platform.purposes).flatMap(([id, { consentRequired }]) => {
    const required = was.get(id)?.consentRequired;
    if (required === undefined || required === consentRequired) return [];
    const [rule, words]: [Change['rule'], string] = consentRequired
      ? ['require-consent', 'events need consent, and old senders may not send it']
      : ['waive-consent', 'events need no consent any more'];
    return subjectChange(`purpose ${id}`, [{ rule, path: 'consent', message: words }]);
  });
}

/** Of mapping files, what becomes of events that clients of others send. */
function sourceChanges(changes: readonly SourceChange[]): readonly SubjectChange[] {
  const names = [...new Set(changes.map(({ source }) => source))];
  return names.flatMap((name) =>
    subjectChange(
      `source ${name}`,
      changes
        .filter(({ source }) => source === name)
        .map(({ rule, event, message }) => ({ rule, path: event === undefined ? '' : `events.${event}`, message })),
    ),
  );
}

/** Clients go on sending what they send: that it fails from now on has to be said. */
function unmappingRefusals(changes: readonly SourceChange[], deletions: readonly Deletion[]): readonly PlacedRefusal[] {
  return changes.filter(isUnmapping).flatMap(({ rule, source, event, message }): readonly PlacedRefusal[] => {
    const approval = sourceApproval(source, deletions);
    if (approval.kind === 'approved') return [];
    const place = event === undefined ? '' : `events.${event}: `;
    return [
      {
        subject: `source ${source}`,
        code: 'breaking_change',
        rule,
        message: `${place}${message} (rule ${rule})`,
        hint: `Leave what clients still send mapped, or name it under \`drop\`. Where they send it no more, add to deletions.yaml:\n${approval.lines}`,
        source: { source, event },
      },
    ];
  });
}

/** Of endpoints that SQL makes, what their readers see: the columns. */
function endpointChanges({ before, after }: States): readonly SubjectChange[] {
  const ofSql = (catalog: Catalog): readonly Endpoint[] => endpointsOf(catalog).filter(({ kind }) => kind !== 'event');
  const [was, is] = [ofSql(before), ofSql(after)];
  return [
    ...is.flatMap((endpoint) => {
      const other = was.find(({ id }) => id === endpoint.id);
      const changes: readonly Change[] =
        other === undefined
          ? [{ rule: 'add-endpoint', path: '', message: 'the endpoint is new' }]
          : columnChanges(other, endpoint);
      return subjectChange(`endpoint ${endpoint.id}`, changes);
    }),
    ...was
      .filter(({ id }) => is.every((endpoint) => endpoint.id !== id))
      .flatMap(({ id }) =>
        subjectChange(`endpoint ${id}`, [{ rule: 'remove-endpoint', path: '', message: 'the endpoint is gone' }]),
      ),
  ];
}

function columnChanges(before: Endpoint, after: Endpoint): readonly Change[] {
  const [was, is] = [before, after].map(
    ({ columns }) => new Map(columns.map((column) => [column.name, formatColumnType(column)])),
  );
  const names = new Set([...(was?.keys() ?? []), ...(is?.keys() ?? [])]);
  return [...names].flatMap((name): readonly Change[] => {
    const [from, to] = [was?.get(name), is?.get(name)];
    if (from === to) return [];
    const path = `columns.${name}`;
    if (from === undefined) return [{ rule: 'add-column', path, message: `the column "${name}" is new` }];
    if (to === undefined) return [{ rule: 'drop-column', path, message: `the column "${name}" is gone` }];
    return [{ rule: 'change-type', path: `${path}.type`, message: `the type was ${from} and is ${to}` }];
  });
}

function refusalsOf(states: States): readonly PlacedRefusal[] {
  const { before, after, deletions } = states;
  const broken = declared(states);
  const { refusals } = planChanges({
    want: wantedResources(after, NOWHERE),
    have: wantedResources(before, NOWHERE).map(({ resource }) => resource),
    deletions,
    refusals: [],
  });
  // What breaks a declaration breaks its tables too: told once, where somebody can do something about it.
  const tables = new Set<string>(
    broken.flatMap(({ eventType }) =>
      eventType === undefined ? [] : [endpointTable(endpointOf(eventType)), rawTable(eventType)].map(tableId),
    ),
  );
  return [...broken, ...refusals.filter(({ subject }) => !tables.has(subject))];
}

function tableId({ dataset, table }: TableName): string {
  return resourceId({ kind: 'table', name: `${dataset}.${table}` });
}

/** Breaking changes of event types; of those that have none, fields whose columns were something else once. */
function declared({ before, after, past }: States): readonly PlacedRefusal[] {
  return eventTypesOf(after).flatMap((is): readonly PlacedRefusal[] => {
    const was = before.eventTypes[is.id];
    if (was === undefined) return [];
    const changes = compareEventTypes(was, is);
    const breaking = changes.filter(isBreaking);
    if (breaking.length > 0)
      return breaking.map((change) => ({
        ...declarationRefusal(is.id, change),
        eventType: is.id,
        path: change.path,
      }));
    const added = changes.some(({ rule }) => rule === 'add-optional-field');
    return added ? reusedColumns(is, [was, ...past(is.id)], after) : [];
  });
}

/** A field that was dropped left its column behind, and a column keeps its type. */
function reusedColumns(is: EventType, earlier: readonly EventType[], { platform }: Catalog): readonly PlacedRefusal[] {
  const columnsOf = ({ fields }: EventType): readonly ColumnResource[] => restColumns(rawColumns(fields, platform));
  const there = earlier.reduce<readonly ColumnResource[]>(
    (have, eventType) => compareColumns(columnsOf(eventType), have).merged,
    [],
  );
  return compareColumns(columnsOf(is), there).differences.flatMap((difference): readonly PlacedRefusal[] => {
    if (difference.effect !== 'refuse') return [];
    const { column = '', text } = difference;
    const path = `fields.${column.replaceAll('.', '.fields.')}`;
    const message = `${text}: an earlier field of this name left it behind`;
    const refusal = declarationRefusal(is.id, { rule: 'change-type', path, message });
    return [{ ...refusal, hint: 'Give the field a name that was not used before.', eventType: is.id, path }];
  });
}
