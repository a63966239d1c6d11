// Owns comparing the declarations of the work tree with those of a commit, each refusal at its place.
import type { Catalog } from '#shared/catalog/catalog.ts';
import { compileCatalog } from '#shared/catalog/compile-catalog.ts';
import { compileWhatCompiles } from '#shared/catalog/compile-events.ts';
import { compileEventType } from '#shared/catalog/compile-event-type.ts';
import type { EventType } from '#shared/catalog/event-type.ts';
import { compareStates, type PlacedRefusal, type StatesCompared } from '#shared/catalog/operator/against.ts';
import type { Problem } from '#shared/catalog/problem.ts';
import { type SourceExamples, sourceExamplesOf } from '#shared/catalog/sources/source-examples.ts';
import { parseYaml, type YamlPath } from '#shared/catalog/yaml-source.ts';
import type { EventTypeId } from '#shared/platform/ids.ts';
import { committedDeclarations, type CommittedDeclarations } from './git-declarations.ts';
import type { CompiledRepository } from './repository.ts';

/** What the change since a commit comes to. */
export interface AgainstCommit extends Omit<StatesCompared, 'refusals'> {
  readonly commit: string;
  /** How many problems the declarations of the commit have; those that compile are compared all the same. */
  readonly problemsThere: number;
  readonly refusals: readonly (PlacedRefusal & { readonly at: Problem | undefined })[];
}

/** @throws PlatformError usage, unreadable_file */
export function compareWithCommit(
  root: string,
  ref: string,
  { catalog, deletions, files }: Extract<CompiledRepository, { kind: 'compiled' }>,
): AgainstCommit {
  const committed = committedDeclarations(root, ref);
  const there = compileCatalog(committed.files);
  const before = there.kind === 'compiled' ? there.catalog : withEndpointsOf(catalog, committed);
  const past = (id: EventTypeId): readonly EventType[] => earlierDeclarations(id, committed, before);
  const examples = (source: string): SourceExamples => sourceExamplesOf(committed.files.get(sourceFileOf(source)));
  const { refusals, ...compared } = compareStates({ before, after: catalog, deletions, past, examples });
  return {
    ...compared,
    commit: committed.commit,
    problemsThere: there.kind === 'failed' ? there.problems.length : 0,
    refusals: refusals.map((refusal) => ({ ...refusal, at: problemOf(refusal, files) })),
  };
}

/** What compiles of a commit with mistakes. What SQL makes is not known then, and nothing is told about it. */
function withEndpointsOf({ platform, endpoints }: Catalog, { files }: CommittedDeclarations): Catalog {
  const whole = compileWhatCompiles(files, platform);
  const ofSql = Object.entries(endpoints).filter(([, { kind }]) => kind !== 'event');
  return { ...whole, endpoints: { ...whole.endpoints, ...Object.fromEntries(ofSql) } };
}

function earlierDeclarations(
  id: EventTypeId,
  committed: CommittedDeclarations,
  { platform }: Catalog,
): readonly EventType[] {
  const file = fileOf(id);
  return committed.earlier(file).flatMap((text) => compileEventType(file, text, platform).eventType ?? []);
}

function fileOf(id: EventTypeId): string {
  return `events/${id.replace('.', '/')}.yaml`;
}

function sourceFileOf(name: string): string {
  return `platform/sources/${name}.yaml`;
}

/** The refusal as a mistake at its place; what is gone is told at what should have held it. */
function problemOf(refusal: PlacedRefusal, files: ReadonlyMap<string, string>): Problem | undefined {
  const { message, hint } = refusal;
  const [file, path] = placeOf(refusal);
  const text = file === undefined ? undefined : files.get(file);
  if (file === undefined || text === undefined) return undefined;
  const parsed = parseYaml(file, text);
  if (parsed.kind === 'failed') return undefined;
  return { ...parsed.source.placeOf(path), message, hint };
}

function placeOf({ eventType, path = '', source }: PlacedRefusal): readonly [file: string | undefined, path: YamlPath] {
  if (source !== undefined)
    return [sourceFileOf(source.source), source.event === undefined ? [] : ['events', source.event]];
  return [eventType === undefined ? undefined : fileOf(eventType), path.split('.')];
}
