// Owns compiling the files of `platform/` into one value, with every problem of all of them.
import type { z } from 'zod';
import type { DurationText } from '../platform/duration.ts';
import { type EndpointId, parseId, type SemanticId } from '../platform/ids.ts';
import {
  poolsFile,
  pricesFile,
  privacyFile,
  purposesFile,
  rolesFile,
  semanticsFile,
  teamsFile,
  tiersFile,
} from './declarations/platform-files.ts';
import { didYouMean, listNames } from './did-you-mean.ts';
import { ENVELOPE_SEMANTICS } from './envelope-semantics.ts';
import { type Platform, QUALITY_PURPOSE } from './platform.ts';
import type { Problem } from './problem.ts';
import { checkSchema } from './schema-problems.ts';
import { parseYaml, type YamlSource } from './yaml-source.ts';

/** The files of `platform/`, all of them required. */
export const PLATFORM_FILES = {
  teams: teamsFile,
  purposes: purposesFile,
  semantics: semanticsFile,
  tiers: tiersFile,
  pools: poolsFile,
  roles: rolesFile,
  privacy: privacyFile,
  prices: pricesFile,
} as const;

type FileName = keyof typeof PLATFORM_FILES;
type Files = { readonly [Name in FileName]: z.output<(typeof PLATFORM_FILES)[Name]> };

/** The compiled platform; undefined when a file is missing or wrong, with the problems that say why. */
export interface PlatformResult {
  readonly platform: Platform | undefined;
  readonly problems: readonly Problem[];
}

/** Compiles the files of `platform/` out of all files of the repository, by path. */
export function compilePlatform(files: ReadonlyMap<string, string>): PlatformResult {
  const problems: Problem[] = [];
  const sources = new Map<FileName, YamlSource>();
  const read = <T>(name: FileName, schema: z.ZodType<T>): T | undefined => {
    const file = `platform/${name}.yaml`;
    const text = files.get(file);
    if (text === undefined) {
      problems.push({ file, line: 1, column: 1, message: 'the file is missing', hint: 'every repository declares it' });
      return undefined;
    }
    const parsed = parseYaml(file, text);
    if (parsed.kind === 'failed') {
      problems.push(...parsed.problems);
      return undefined;
    }
    sources.set(name, parsed.source);
    const result = checkSchema(parsed.source, schema);
    if (result.kind === 'valid') return result.value;
    problems.push(...result.problems);
    return undefined;
  };
  const declared = {
    teams: read('teams', teamsFile),
    purposes: read('purposes', purposesFile),
    semantics: read('semantics', semanticsFile),
    tiers: read('tiers', tiersFile),
    pools: read('pools', poolsFile),
    roles: read('roles', rolesFile),
    privacy: read('privacy', privacyFile),
    prices: read('prices', pricesFile),
  };
  const semantics = sources.get('semantics');
  if (semantics !== undefined && declared.semantics !== undefined)
    problems.push(...semanticProblems(semantics, declared.semantics));
  const purposes = sources.get('purposes');
  if (purposes !== undefined && declared.purposes !== undefined && !Object.hasOwn(declared.purposes, QUALITY_PURPOSE)) {
    const hint = 'the originals of rejected events are sealed for it';
    problems.push({ ...purposes.placeOf([]), message: `the purpose "${QUALITY_PURPOSE}" is not declared`, hint });
  }
  return { platform: problems.length === 0 && complete(declared) ? platformOf(declared) : undefined, problems };
}

function complete(declared: { readonly [Name in FileName]: Files[Name] | undefined }): declared is Files {
  return Object.values(declared).every((file) => file !== undefined);
}

function platformOf(files: Files): Platform {
  return {
    teams: files.teams,
    purposes: mapValues(files.purposes, ({ legal_basis, consent, longest_retention, description, opened_by }) => ({
      description,
      legalBasis: legal_basis,
      consentRequired: consent === 'required',
      longestRetention: durationText(longest_retention),
      // The schema has checked the ids' form; whether there are such endpoints is seen once all are known.
      ...(opened_by === undefined
        ? {}
        : { openedBy: { roles: opened_by.roles, endpoints: opened_by.endpoints as EndpointId[] } }),
    })),
    semantics: {
      ...ENVELOPE_SEMANTICS,
      ...mapValues(files.semantics, ({ generalises, ...semantic }) => ({
        ...semantic,
        generalises: mapValues(generalises ?? {}, semanticId),
      })),
    },
    tiers: mapValues(files.tiers, ({ closing_deadline, ...tier }) => ({
      ...tier,
      closingDeadline: durationText(closing_deadline),
    })),
    pools: files.pools,
    roles: files.roles,
    privacy: {
      revocationBound: durationText(files.privacy.revocation_bound),
      epoch: durationText(files.privacy.epoch),
      failedEvents: durationText(files.privacy.failed_events),
      exportLink: durationText(files.privacy.export_link),
    },
    prices: files.prices,
  };
}

function semanticProblems(source: YamlSource, semantics: Files['semantics']): readonly Problem[] {
  const problems: Problem[] = [];
  for (const [id, { class: own, generalises = {} }] of Object.entries(semantics)) {
    if (Object.hasOwn(ENVELOPE_SEMANTICS, id)) {
      problems.push({
        ...source.placeOfKey([id]),
        message: `"${id}" is the platform's own`,
        hint: 'choose another name',
      });
    }
    for (const [rule, to] of Object.entries(generalises)) {
      const target = semantics[to];
      const place = source.placeOf([id, 'generalises', rule]);
      if (target === undefined) {
        problems.push({
          ...place,
          message: `the semantic type "${to}" is not declared`,
          allowed: listNames(Object.keys(semantics)),
          hint: didYouMean(to, Object.keys(semantics)),
        });
      } else if (target.class === 'strict') {
        problems.push({
          ...place,
          message: `the rule "${rule}" makes "${to}" of it, which is strict itself`,
          allowed: 'a semantic type that is none, broad or narrow',
          hint: `"${id}" is ${own}; a coarser value must say less`,
        });
      }
    }
  }
  return problems;
}

function mapValues<From, To>(
  record: { readonly [key: string]: From },
  map: (value: From) => To,
): { [key: string]: To } {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}

function durationText(text: string): DurationText {
  // The schema of the file has checked the text.
  return text as DurationText;
}

function semanticId(text: string): SemanticId {
  const id = parseId('semantic', text);
  if (id === undefined) throw new TypeError(`the schema let the semantic type ${JSON.stringify(text)} pass`);
  return id;
}
