// Owns the identifiers of the platform: what each kind looks like, and branded types so that one is never taken for another.

type Brand<Name extends string> = string & { readonly __id: Name };

/** `domain.name` of an endpoint: `listening.track_played`. */
export type EndpointId = Brand<'endpoint'>;
/** `domain.Name` of an event type: `listening.TrackPlayed`, a breaking successor `listening.TrackPlayed_v2`. */
export type EventTypeId = Brand<'eventType'>;
/** A team of `platform/teams.yaml`. */
export type TeamId = Brand<'team'>;
/** A tier of `platform/tiers.yaml`. */
export type TierId = Brand<'tier'>;
/** A purpose of `platform/purposes.yaml`. */
export type PurposeId = Brand<'purpose'>;
/** A pool of `platform/pools.yaml`. */
export type PoolId = Brand<'pool'>;
/** A role of `platform/roles.yaml`. */
export type RoleId = Brand<'role'>;
/** A semantic type of `platform/semantics.yaml`: `user.email`. */
export type SemanticId = Brand<'semantic'>;
/** A historical import, as `POST /v1/imports` answers it. */
export type ImportId = Brand<'import'>;
/** One start of one instance of `collect`. */
export type BootId = Brand<'boot'>;
/** SHA-256 of a catalog's canonical JSON, 64 hexadecimal digits. */
export type CatalogDigest = Brand<'catalog'>;

interface IdTypes {
  readonly endpoint: EndpointId;
  readonly eventType: EventTypeId;
  readonly team: TeamId;
  readonly tier: TierId;
  readonly purpose: PurposeId;
  readonly pool: PoolId;
  readonly role: RoleId;
  readonly semantic: SemanticId;
  readonly import: ImportId;
  readonly boot: BootId;
  readonly catalog: CatalogDigest;
}

/** The kinds of identifier. */
export type IdKind = keyof IdTypes;

/** What an identifier of a kind looks like, and the words in which an error says so. */
export interface IdRule {
  readonly pattern: RegExp;
  readonly allowed: string;
}

const SLUG: IdRule = {
  pattern: /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/,
  allowed: 'lower-case words with hyphens between them, such as team-listening',
};

/** A machine-made id: the characters that survive every URL, object name and log unescaped. */
const OPAQUE: IdRule = { pattern: /^[a-z0-9][a-z0-9-]{7,63}$/, allowed: '8 to 64 of a-z, 0-9 and hyphen' };

/** A domain becomes a BigQuery dataset and half of a table name, so it has no underscore that could make two names one. */
export const DOMAIN: IdRule = {
  pattern: /^[a-z][a-z0-9]{0,29}$/,
  allowed: 'a lower-case letter and up to 29 more letters or digits, such as listening',
};

/** The name of a table, a column or a field; 128 characters at most keep it valid everywhere it goes. */
export const SNAKE_NAME: IdRule = {
  pattern: /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/,
  allowed: 'lower-case words with underscores between them, such as track_id',
};

/** The name of an event type; `_v2` and up mark a breaking successor. */
export const EVENT_NAME: IdRule = {
  pattern: /^[A-Z][A-Za-z0-9]{0,79}(_v([2-9]|[1-9][0-9]{1,2}))?$/,
  allowed: 'a name in the form TrackPlayed, and TrackPlayed_v2 for its breaking successor',
};

/** The rule of every kind of identifier. */
export const ID_RULES: { readonly [Kind in IdKind]: IdRule } = {
  endpoint: {
    pattern: /^[a-z][a-z0-9]{0,29}\.[a-z][a-z0-9]*(_[a-z0-9]+)*$/,
    allowed: 'domain.name, such as listening.daily_plays',
  },
  eventType: {
    pattern: /^[a-z][a-z0-9]{0,29}\.[A-Z][A-Za-z0-9]{0,79}(_v([2-9]|[1-9][0-9]{1,2}))?$/,
    allowed: 'domain.Name, such as listening.TrackPlayed',
  },
  team: SLUG,
  tier: SLUG,
  purpose: SLUG,
  pool: SLUG,
  role: SLUG,
  semantic: {
    pattern: /^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$/,
    allowed: 'lower-case words with dots between them, such as user.email',
  },
  import: OPAQUE,
  boot: OPAQUE,
  catalog: { pattern: /^[0-9a-f]{64}$/, allowed: '64 hexadecimal digits' },
};

/** The text as an identifier of a kind, or undefined when it does not look like one. */
export function parseId<Kind extends IdKind>(kind: Kind, text: string): IdTypes[Kind] | undefined {
  // The one place where a brand is given: the text has just been checked against the rule of its kind.
  return ID_RULES[kind].pattern.test(text) ? (text as IdTypes[Kind]) : undefined;
}

/** The domain of an endpoint or event type: `listening` of `listening.track_played`. */
export function domainOf(id: EndpointId | EventTypeId): string {
  return id.slice(0, id.indexOf('.'));
}

/** The name within the domain of an endpoint or event type: `track_played` of `listening.track_played`. */
export function nameOf(id: EndpointId | EventTypeId): string {
  return id.slice(id.indexOf('.') + 1);
}
