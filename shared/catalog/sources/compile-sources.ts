// Owns compiling the mapping files of `platform/sources/`, with every problem of each and of all together.
import { type ProtocolName, SOURCE_PROTOCOLS } from '../../events/sources/protocols.ts';
import { REQUEST_ROOT } from '../../events/sources/translate.ts';
import { parsePath, type SourcePath } from '../../events/sources/source-path.ts';
import { ID_RULES } from '../../platform/ids.ts';
import { type SourceFile, sourceFile } from '../declarations/source-file.ts';
import { didYouMean } from '../did-you-mean.ts';
import type { EventType } from '../event-type.ts';
import type { Platform } from '../platform.ts';
import type { Problem } from '../problem.ts';
import { lookUp } from '../references.ts';
import { checkSchema } from '../schema-problems.ts';
import type { EventMapping, Source, SourceAbout } from '../source.ts';
import { parseYaml, type YamlPath, type YamlSource } from '../yaml-source.ts';
import { compileFieldMappings } from './compile-field-mappings.ts';
import { sourceExampleProblems } from './source-examples.ts';

/** What mappings are compiled against. */
export interface SourceContext {
  readonly platform: Platform;
  readonly eventTypes: { readonly [id: string]: EventType };
  /** Whether an event type has a file: one that does not compile is told once, at that. */
  readonly isWritten: (eventType: string) => boolean;
}

/** The sources that compile, by name, and what is wrong with the others. */
export interface SourcesResult {
  readonly sources: { readonly [name: string]: Source };
  readonly problems: readonly Problem[];
}

const FILE = /^platform\/sources\/([^/]+)\.yaml$/;

/** Whether a path is that of a mapping file. */
export function isSourceFile(file: string): boolean {
  return FILE.test(file);
}

/** Compiles every mapping file of a repository. */
export function compileSources(files: ReadonlyMap<string, string>, context: SourceContext): SourcesResult {
  const problems: Problem[] = [];
  const sources: { [name: string]: Source } = {};
  const taken = new Map<string, string>();
  for (const [file, text] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const name = FILE.exec(file)?.[1];
    if (name === undefined) continue;
    const parsed = parseYaml(file, text);
    if (parsed.kind === 'failed') {
      problems.push(...parsed.problems);
      continue;
    }
    const compiling: Compiling = { name, source: parsed.source, context, problems: [] };
    const compiled = compileSource(compiling);
    problems.push(...compiling.problems);
    if (compiled === undefined) continue;
    problems.push(...claimProblems(compiled, parsed.source, taken));
    sources[name] = compiled;
  }
  return { sources, problems };
}

/** Two sources that are for one write key would leave it to chance which of them maps an event. */
function claimProblems(
  { name, protocol, writeKeys }: Source,
  source: YamlSource,
  taken: Map<string, string>,
): readonly Problem[] {
  const claims = writeKeys.length === 0 ? [undefined] : writeKeys;
  return claims.flatMap((key, index): readonly Problem[] => {
    const claim = `${protocol} ${key ?? ''}`;
    const other = taken.get(claim);
    taken.set(claim, name);
    if (other === undefined) return [];
    const [path, what]: [YamlPath, string] =
      key === undefined
        ? [['protocol'], `"${other}" is for all other write keys of ${protocol} too`]
        : [['write_keys', index], `the write key "${key}" is one of "${other}" too`];
    const hint = 'each write key has one source; name others under `write_keys`';
    return [{ ...source.placeOf(path), message: what, hint }];
  });
}

/** One file on its way, with the problems found so far. */
interface Compiling {
  readonly name: string;
  readonly source: YamlSource;
  readonly context: SourceContext;
  readonly problems: Problem[];
}

/** The source of a file; undefined when it has problems. */
function compileSource(compiling: Compiling): Source | undefined {
  const { name, source, context, problems } = compiling;
  if (!ID_RULES.team.pattern.test(name)) {
    const message = `"${name}" cannot be a source`;
    problems.push({ file: source.file, line: 1, column: 1, message, allowed: ID_RULES.team.allowed });
  }
  const checked = checkSchema(source, sourceFile);
  if (checked.kind === 'invalid') problems.push(...checked.problems);
  const compiled = checked.kind === 'valid' ? sourceOf(checked.value, compiling) : undefined;
  if (checked.kind === 'valid' && compiled !== undefined && problems.length === 0)
    problems.push(...sourceExampleProblems(compiled, checked.value, source, context.eventTypes));
  return problems.length === 0 ? compiled : undefined;
}

function sourceOf(declared: SourceFile, compiling: Compiling): Source | undefined {
  const { name, source, context, problems } = compiling;
  const { description, protocol, write_keys: writeKeys = [], unmapped, drop } = declared;
  const { platform } = context;
  const owner = lookUp('team', declared.owner, platform.teams, { source, problems, path: ['owner'] });
  for (const purpose of Object.keys(declared.consent))
    lookUp('purpose', purpose, platform.purposes, { source, problems, path: ['consent', purpose] });
  checkNames(declared, compiling);
  const about = aboutOf(declared, [], protocol, compiling);
  const consent = Object.fromEntries(
    Object.entries(declared.consent).map(([purpose, path]) => [
      purpose,
      pathOf(path, ['consent', purpose], protocol, compiling),
    ]),
  );
  const events = Object.fromEntries(
    Object.entries(declared.events).flatMap(([event, each]): [string, EventMapping][] => {
      const mapping = mappingOf(each, ['events', event], protocol, compiling);
      return mapping === undefined ? [] : [[event, mapping]];
    }),
  );
  if (owner === undefined) return undefined;
  return { name, description, owner, protocol, writeKeys, unmapped, about, consent, drop, events };
}

function mappingOf(
  declared: SourceFile['events'][string],
  at: YamlPath,
  protocol: ProtocolName,
  compiling: Compiling,
): EventMapping | undefined {
  const { source, problems, context } = compiling;
  const { eventTypes, isWritten } = context;
  if (eventTypes[declared.type] === undefined && isWritten(declared.type)) return undefined;
  const type = lookUp('eventType', declared.type, eventTypes, { source, problems, path: [...at, 'type'] });
  const eventType = type === undefined ? undefined : eventTypes[type];
  if (eventType === undefined) return undefined;
  const fields = compileFieldMappings(declared.fields, eventType.fields, {
    source,
    problems,
    at: [...at, 'fields'],
    of: eventType.id,
    pathOf: (text, path) => pathOf(text, path, protocol, compiling),
  });
  return { type: eventType.id, about: aboutOf(declared, at, protocol, compiling), fields };
}

function aboutOf(
  { userId, anonymousId, occurredAt }: Pick<SourceFile, 'userId' | 'anonymousId' | 'occurredAt'>,
  at: YamlPath,
  protocol: ProtocolName,
  compiling: Compiling,
): SourceAbout {
  const paths = Object.entries({ userId, anonymousId, occurredAt }).flatMap(([key, text]) =>
    text === undefined ? [] : [[key, pathOf(text, [...at, key], protocol, compiling)] as const],
  );
  return Object.fromEntries(paths);
}

/** The steps of a path, with a problem unless it begins where the protocol has something. */
function pathOf(text: string, at: YamlPath, protocol: ProtocolName, { source, problems }: Compiling): SourcePath {
  const path = parsePath(text) ?? [];
  const { roots } = SOURCE_PROTOCOLS[protocol];
  const [root, second] = path;
  const fine =
    root === REQUEST_ROOT
      ? path.length === 2 && (second === 'ip' || second === 'user_agent')
      : typeof root === 'string' && roots.is(root);
  if (fine) return path;
  const known = [...roots.allowed.split(', '), 'request.ip', 'request.user_agent'];
  problems.push({
    ...source.placeOf(at),
    message: `the path ${JSON.stringify(text)} begins with nothing that ${protocol} has`,
    allowed: known.join(', '),
    hint: didYouMean(String(root ?? ''), known),
  });
  return path;
}

function checkNames({ protocol, events, drop }: SourceFile, { source, problems }: Compiling): void {
  const { eventNames } = SOURCE_PROTOCOLS[protocol];
  const wrong = (name: string): string => `${JSON.stringify(name)} cannot be the name of an event of ${protocol}`;
  const { allowed } = eventNames;
  for (const name of Object.keys(events).filter((one) => !eventNames.is(one)))
    problems.push({ ...source.placeOfKey(['events', name]), message: wrong(name), allowed });
  for (const [index, name] of drop.entries()) {
    const place = source.placeOf(['drop', index]);
    if (!eventNames.is(name)) problems.push({ ...place, message: wrong(name), allowed });
    else if (Object.hasOwn(events, name))
      problems.push({ ...place, message: `${JSON.stringify(name)} is mapped and dropped`, allowed: 'one of both' });
  }
}
