// Owns handing opened events to collect, which judges, seals and publishes them as if they had just come.
import { z } from 'zod';
import type { FunctionCaller } from '#shared/gcp/identity.ts';
import { isErrorCode } from '#shared/platform/error-codes.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';

/** An event as it was sent, with what is known about its first arrival. */
export interface EventAgain {
  readonly event: unknown;
  readonly writeKey: string;
  readonly receivedAt: string;
  readonly sentAt?: string;
}

const verdict = z.object({
  status: z.enum(['accepted', 'duplicate', 'rejected', 'retry']),
  code: z.string().optional(),
  path: z.string().optional(),
});

export type ReplayVerdict = Readonly<z.infer<typeof verdict>>;

/** Sends events; a verdict for each, in order. @throws PlatformError with collect's code when it takes none of them */
export type ReplaySender = (events: readonly EventAgain[], dryRun: boolean) => Promise<readonly ReplayVerdict[]>;

const answered = z.object({ results: z.array(verdict) });
const problem = z.object({ code: z.string() });

export function createReplaySender(call: FunctionCaller, collectUrl: string): ReplaySender {
  return async (events, dryRun) => {
    const { json } = await call(`${collectUrl}/v1/events:service`, { dryRun, events }).catch(() => ({
      json: undefined,
    }));
    const parsed = answered.safeParse(json);
    if (parsed.success && parsed.data.results.length === events.length) return parsed.data.results;
    const code = problem.safeParse(json).data?.code ?? '';
    throw new PlatformError(isErrorCode(code) ? code : 'cloud_unavailable', {
      message: 'collect did not take the events.',
    });
  };
}
