// Owns who may open sealed values for which purpose, and the record that is kept of every use. No value is ever in it.

/** A way by which values are opened: over HTTP, by people only, or through a remote function of BigQuery. */
export type RevealChannel = 'http' | 'sql';

/** Who asks, as the identity of the request says. */
export interface RevealPrincipal {
  /** E-mail address of the person or service account. */
  readonly id: string;
  /** `service` for the platform's own functions and pipelines; whoever holds a role of people counts as a person. */
  readonly kind: 'person' | 'service';
  readonly roles: readonly string[];
  /** Of a service: the endpoint whose run asks; none outside of runs. */
  readonly endpoint?: string;
}

/** Who may open what. A grant names a role of people or an endpoint whose pipeline may, and purposes; `all` is every purpose. */
export interface RevealGrant {
  readonly to: { readonly role: string } | { readonly endpoint: string };
  readonly purposes: 'all' | readonly string[];
}

/** What holds of a purpose that is declared nowhere (any more): compliance opens it, and nobody else does. */
export const DEFAULT_REVEAL_GRANTS: readonly RevealGrant[] = [{ to: { role: 'compliance' }, purposes: 'all' }];

/** Who may open values of a purpose, as it is declared. */
export interface PurposeOpeners {
  readonly roles: readonly string[];
  readonly endpoints: readonly string[];
}

/** The grants of a purpose; undefined: it is not declared. */
export function grantsOf(purpose: string, openers: PurposeOpeners | undefined): readonly RevealGrant[] {
  if (openers === undefined) return DEFAULT_REVEAL_GRANTS;
  const purposes = [purpose];
  return [
    ...openers.roles.map((role) => ({ to: { role }, purposes })),
    ...openers.endpoints.map((endpoint) => ({ to: { endpoint }, purposes })),
  ];
}

/** What is asked. */
export interface RevealRequest {
  readonly principal: RevealPrincipal;
  readonly channel: RevealChannel;
  readonly purpose: string;
  readonly reason?: string;
}

/** Whether it may be done, with a code of the error table when not. */
export type RevealDecision =
  | { readonly kind: 'allowed'; readonly grant: RevealGrant }
  | { readonly kind: 'refused'; readonly code: 'reason_missing' | 'forbidden' };

/** A reason shorter than this explains nothing. */
const MIN_REASON_CHARS = 8;
export const MAX_REASON_CHARS = 500;

/** Whoever opens says why. People may do it over HTTP and in SQL, pipelines in the SQL of their runs. */
export function decideReveal(
  { principal, channel, purpose, reason }: RevealRequest,
  grants: readonly RevealGrant[],
): RevealDecision {
  const grant = grants.find((each) => covers(each, purpose) && isFor(each, principal));
  if (grant === undefined || (principal.kind === 'service' && channel !== 'sql')) {
    return { kind: 'refused', code: 'forbidden' };
  }
  if (!isReason(reason)) return { kind: 'refused', code: 'reason_missing' };
  return { kind: 'allowed', grant };
}

/** What came of the values of one use, counted. */
export interface RevealCounts {
  readonly plain: number;
  readonly shredded: number;
  readonly corrupt: number;
}

/** One use of reveal, allowed or refused, as it lands in the `platform` dataset. */
export interface RevealAudit {
  readonly at: string;
  readonly principal: string;
  readonly kind: RevealPrincipal['kind'];
  readonly channel: RevealChannel;
  readonly purpose: string;
  readonly field: string;
  readonly reason?: string;
  readonly decision: 'allowed' | 'reason_missing' | 'forbidden';
  readonly counts: RevealCounts;
  /** The pseudonym whose value a person opened, so that the subject can be told; BigQuery's calls carry many and are counted only. */
  readonly subject?: string;
  /** Of the channel `sql`: the job, `project:location.id`, whose text says what else was read. */
  readonly job?: string;
}

/** What was opened, or was asked to be. */
export interface RevealUse {
  readonly at: string;
  readonly field: string;
  readonly counts: RevealCounts;
  readonly subject?: string;
  readonly job?: string;
}

/** The audit record of one use. */
export function revealAudit(request: RevealRequest, decision: RevealDecision, use: RevealUse): RevealAudit {
  const { principal, channel, purpose, reason } = request;
  return {
    at: use.at,
    principal: principal.id,
    kind: principal.kind,
    channel,
    purpose,
    field: use.field,
    ...(reason === undefined ? {} : { reason: reason.slice(0, MAX_REASON_CHARS) }),
    decision: decision.kind === 'allowed' ? 'allowed' : decision.code,
    counts: use.counts,
    ...(use.subject === undefined ? {} : { subject: use.subject }),
    ...(use.job === undefined ? {} : { job: use.job }),
  };
}

function covers({ purposes }: RevealGrant, purpose: string): boolean {
  return purposes === 'all' || purposes.includes(purpose);
}

/** An admin acts as analyst and team, but opens nothing by that. */
function isFor({ to }: RevealGrant, { kind, roles, endpoint }: RevealPrincipal): boolean {
  if ('endpoint' in to) return kind === 'service' && to.endpoint === endpoint;
  return kind === 'person' && roles.includes(to.role) && (to.role === 'compliance' || !roles.includes('admin'));
}

function isReason(reason: string | undefined): boolean {
  const length = reason?.trim().length ?? 0;
  return length >= MIN_REASON_CHARS && length <= MAX_REASON_CHARS;
}
