// Owns the compiled declarations of `platform/`: teams, purposes, semantic types, tiers, pools, roles, privacy and prices.
import type { DurationText } from '../platform/duration.ts';
import type { EndpointId, PoolId, PurposeId, SemanticId, TeamId, TierId } from '../platform/ids.ts';
import type { PeopleRole } from '../platform/roles.ts';
import type { LEGAL_BASES, SemanticClass } from './declarations/platform-files.ts';

/**
 * The purpose under which originals of rejected events are sealed: of its own, so that shredding it touches nothing else.
 * Every repository declares it.
 */
export const QUALITY_PURPOSE = 'quality' as PurposeId;

/** A team that owns event types and endpoints. */
export interface Team {
  readonly description: string;
  readonly contact: string;
  readonly members: readonly string[];
}

/** A purpose for which data is held. */
export interface Purpose {
  readonly description: string;
  readonly legalBasis: (typeof LEGAL_BASES)[number];
  readonly consentRequired: boolean;
  readonly longestRetention: DurationText;
  /** Who may open what was sealed for it; see `openersOf`. */
  readonly openedBy?: Openers | undefined;
}

/** Roles of people, and endpoints whose queries may open values. */
export interface Openers {
  readonly roles: readonly PeopleRole[];
  readonly endpoints: readonly EndpointId[];
}

/** What a value means, and how much it says about a person. */
export interface SemanticType {
  readonly description: string;
  readonly class: SemanticClass;
  /** The semantic type of what each rule makes of it. */
  readonly generalises: { readonly [rule: string]: SemanticId };
}

/** How urgent an event type is. */
export interface Tier {
  readonly description: string;
  readonly closingDeadline: DurationText;
  readonly alert: 'page' | 'ticket' | 'none';
  readonly priority: number;
}

/** A pool of places for runs. */
export interface Pool {
  readonly description: string;
  readonly slots: number;
}

/** Who holds a role. */
export interface RoleDeclaration {
  readonly description: string;
  readonly members: readonly string[];
}

/** The numbers that the platform promises about privacy. */
export interface PrivacyPromises {
  readonly revocationBound: DurationText;
  readonly epoch: DurationText;
  readonly failedEvents: DurationText;
  readonly exportLink: DurationText;
}

/** Everything that `platform/` declares. */
export interface Platform {
  readonly teams: { readonly [id: TeamId]: Team };
  readonly purposes: { readonly [id: PurposeId]: Purpose };
  readonly semantics: { readonly [id: SemanticId]: SemanticType };
  readonly tiers: { readonly [id: TierId]: Tier };
  readonly pools: { readonly [id: PoolId]: Pool };
  readonly roles: { readonly [role in PeopleRole]: RoleDeclaration };
  readonly privacy: PrivacyPromises;
  /** List prices in US dollars by what they are for, and `as_of`, the day they were looked up. */
  readonly prices: { readonly [item: string]: number | string };
}
