// Owns waiting until a process answers its health check.
import { PlatformError } from '#shared/platform/platform-error.ts';

const LOOK_EVERY_MS = 25;
const ANSWER_MS = 2000;

/** @throws PlatformError not_ready naming the process and its log */
export async function untilHealthy(
  name: string,
  url: string,
  limits: { readonly timeoutMs: number; readonly logFile: string },
): Promise<void> {
  const deadline = Date.now() + limits.timeoutMs;
  while (Date.now() < deadline) {
    const healthy = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(ANSWER_MS) }).then(
      (response) => response.ok,
      () => false,
    );
    if (healthy) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  throw new PlatformError('not_ready', {
    message: `${name} did not become healthy within ${limits.timeoutMs / 1000} s.`,
    hint: `Look at ${limits.logFile}.`,
  });
}
