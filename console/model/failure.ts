// Owns what is said when metadata does not answer as hoped: what is wrong, and what to do next.

export interface Failure {
  readonly kind: 'unreachable' | 'signed-out' | 'forbidden' | 'no-catalog' | 'problem';
  readonly title: string;
  readonly hint: string;
}

/** Problem details, as far as an answer has them. https://www.rfc-editor.org/rfc/rfc9457 */
interface Problem {
  readonly code: string;
  readonly detail: string;
  readonly hint: string;
}

/** Nobody answered, or not in time. */
export const UNREACHABLE: Failure = {
  kind: 'unreachable',
  title: 'The platform does not answer.',
  hint: 'Look at `npx trib status`; `npx trib up` starts it again.',
};

/** What an answer with an error status means. */
export function failureOf(status: number, body: unknown): Failure {
  const problem = problemOf(body);
  if (problem === undefined && status >= 500) return UNREACHABLE;
  if (status === 401) {
    return {
      kind: 'signed-out',
      title: 'You are not signed in.',
      hint: 'Open the console at the address that `npx trib up` printed, or sign in again.',
    };
  }
  if (status === 403) {
    return {
      kind: 'forbidden',
      title: 'You may not see this.',
      hint: problem?.hint ?? 'Ask for the role analyst; platform/roles.yaml lists who has it.',
    };
  }
  if (problem?.code === 'catalog_missing') {
    return {
      kind: 'no-catalog',
      title: 'No catalog is applied yet.',
      hint: 'The first one is applied while the platform starts. If it stays so, run `npx trib apply` and read what it says.',
    };
  }
  return {
    kind: 'problem',
    title: problem === undefined ? `The platform answered with status ${status}.` : problem.detail,
    hint: problem === undefined ? 'Reload the page; if it stays so, look at the logs of metadata.' : problem.hint,
  };
}

function problemOf(body: unknown): Problem | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const { code, detail, hint } = body as Partial<Record<keyof Problem, unknown>>;
  return typeof code === 'string' && typeof detail === 'string' && typeof hint === 'string'
    ? { code, detail, hint }
    : undefined;
}
