// Owns looking up what a declaration refers to, and saying what is there when it is not.
import { type IdKind, parseId } from '../platform/ids.ts';
import { didYouMean, listNames } from './did-you-mean.ts';
import type { Problem } from './problem.ts';
import type { YamlPath, YamlSource } from './yaml-source.ts';

/** Where a reference stands, and where to put the problem when it leads nowhere. */
export interface ReferencePlace {
  readonly source: YamlSource;
  readonly path: YamlPath;
  readonly problems: Problem[];
}

/** The id when something is declared under it; otherwise undefined, and a problem with a guess. */
export function lookUp<Kind extends IdKind>(
  kind: Kind,
  written: string,
  declared: { readonly [id: string]: unknown },
  { source, path, problems }: ReferencePlace,
): ReturnType<typeof parseId<Kind>> {
  const id = parseId(kind, written);
  if (id !== undefined && Object.hasOwn(declared, id)) return id;
  const known = Object.keys(declared);
  problems.push({
    ...source.placeOf(path),
    message: `the ${NOUNS[kind] ?? kind} "${written}" is not declared`,
    allowed: listNames(known),
    hint: didYouMean(written, known),
  });
  return undefined;
}

/** Kinds whose name is not the word for them. */
const NOUNS: { readonly [kind: string]: string } = { eventType: 'event type' };
