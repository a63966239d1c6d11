// Owns delivering batches to collect until every event has its final verdict.
import { PlatformError } from '#shared/platform/platform-error.ts';

export interface Target {
  /** Base URL of collect. */
  readonly url: string;
  readonly writeKey: string;
  readonly importId?: string;
}

/** Events by their final verdict; `sent` is how many there were. */
export interface SendReport {
  readonly sent: number;
  readonly accepted: number;
  readonly duplicate: number;
  readonly rejected: number;
}

/** One rejected event, for a person to look at: never what was sent. */
export interface RejectedEvent {
  readonly code: string;
  readonly path?: string;
}

export interface SendOptions {
  readonly inFlight: number;
  /** Gives up when nothing moved for this long. */
  readonly patienceMs: number;
  readonly onProgress: (report: SendReport) => void;
  readonly onRejected: (event: RejectedEvent) => void;
}

interface WireResult {
  readonly status: 'accepted' | 'duplicate' | 'rejected' | 'retry';
  readonly code?: string;
  readonly path?: string;
}

type Answer =
  | { readonly kind: 'verdicts'; readonly results: readonly WireResult[]; readonly waitMs: number }
  | { readonly kind: 'later'; readonly waitMs: number };

const FIRST_WAIT_MS = 200;
const MAX_WAIT_MS = 5000;
const REQUEST_TIMEOUT_MS = 60_000;

/**
 * Sends all batches, several at a time; events answered `retry`, and whole requests that failed, are sent again after
 * the time that Retry-After asks for.
 * @throws PlatformError with collect's own code when it refuses a request for good, cloud_unavailable when patience ends
 */
export async function sendBatches(
  batches: AsyncIterable<readonly string[]>,
  target: Target,
  options: SendOptions,
): Promise<SendReport> {
  const report = { sent: 0, accepted: 0, duplicate: 0, rejected: 0 };
  const source = batches[Symbol.asyncIterator]();
  const worker = async (): Promise<void> => {
    for (let next = await source.next(); next.done !== true; next = await source.next()) {
      report.sent += next.value.length;
      await deliver(next.value, target, options, (result) => {
        report[result.status] += 1;
        if (result.status === 'rejected') options.onRejected({ code: result.code ?? 'unknown', ...pathOf(result) });
        options.onProgress(report);
      });
    }
  };
  await Promise.all(Array.from({ length: options.inFlight }, worker));
  return report;
}

type Final = WireResult & { readonly status: 'accepted' | 'duplicate' | 'rejected' };

async function deliver(
  events: readonly string[],
  target: Target,
  options: SendOptions,
  settle: (result: Final) => void,
): Promise<void> {
  let left = events;
  let waitMs = FIRST_WAIT_MS;
  let movedMs = Date.now();
  while (left.length > 0) {
    const answer = await post(left, target, waitMs);
    if (answer.kind === 'verdicts') {
      const again: string[] = [];
      for (const [index, result] of answer.results.entries()) {
        if (isFinal(result)) settle(result);
        else again.push(left[index] ?? '');
      }
      if (again.length < left.length) {
        movedMs = Date.now();
        waitMs = FIRST_WAIT_MS;
      }
      left = again;
    }
    if (left.length === 0) return;
    if (Date.now() - movedMs > options.patienceMs) throw gaveUp(target, options.patienceMs);
    await new Promise((resolve) => setTimeout(resolve, answer.waitMs));
    waitMs = Math.min(waitMs * 2, MAX_WAIT_MS);
  }
}

async function post(events: readonly string[], target: Target, waitMs: number): Promise<Answer> {
  const head = target.importId === undefined ? '' : `"import":${JSON.stringify(target.importId)},`;
  const body = `{"sentAt":"${new Date().toISOString()}",${head}"events":[${events.join(',')}]}`;
  const response = await fetch(`${target.url}/v1/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${target.writeKey}`, 'content-type': 'application/json' },
    body,
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
  }).catch(() => undefined);
  const json = (await response?.json().catch(() => undefined)) as
    | { results?: readonly WireResult[]; code?: string; detail?: string; hint?: string }
    | undefined;
  const later = retryAfterMs(response) ?? jitter(waitMs);
  if (response === undefined || json === undefined) return { kind: 'later', waitMs: later };
  if (json.results?.length === events.length) return { kind: 'verdicts', results: json.results, waitMs: later };
  if (response.status === 429 || response.status >= 500) return { kind: 'later', waitMs: later };
  throw new PlatformError('invalid_argument', {
    message: `collect refused the request: ${json.code ?? response.status} ${json.detail ?? ''}`.trim(),
    ...(json.hint === undefined ? {} : { hint: json.hint }),
  });
}

function isFinal(result: WireResult): result is Final {
  return result.status !== 'retry';
}

function pathOf(result: WireResult): { path?: string } {
  return result.path === undefined ? {} : { path: result.path };
}

function retryAfterMs(response: Response | undefined): number | undefined {
  const seconds = Number(response?.headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) ? jitter(seconds * 1000) : undefined;
}

/** Spreads clients that were turned away at the same moment. */
function jitter(ms: number): number {
  return ms * (0.75 + Math.random() / 2);
}

function gaveUp(target: Target, patienceMs: number): PlatformError {
  return new PlatformError('cloud_unavailable', {
    message: `${target.url} took no event for ${patienceMs / 1000} s.`,
    hint: 'Look at `trib status`. Sending the same file again is safe: what was accepted is recognised.',
  });
}
