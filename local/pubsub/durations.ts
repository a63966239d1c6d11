/** Durations as protos carry them, as milliseconds, and as Pub/Sub prints them in errors. */

/** `google.protobuf.Duration` in a handler's message. */
export interface ProtoDuration {
  readonly seconds: string;
  readonly nanos: number;
}

export function toMs(duration: ProtoDuration): number {
  return Number(duration.seconds) * 1000 + duration.nanos / 1e6;
}

export function toDuration(ms: number): ProtoDuration {
  const seconds = Math.floor(ms / 1000);
  return { seconds: String(seconds), nanos: Math.round((ms - seconds * 1000) * 1e6) };
}

/** `1h`, `9m59s`, `0.5s`, `744h`: how the service writes durations. */
export function durationText(ms: number): string {
  const sign = ms < 0 ? '-' : '';
  const total = Math.abs(ms) / 1000;
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor((total % 3600) / 60);
  const seconds = Math.round((total % 60) * 1e6) / 1e6;
  const parts = [hours > 0 ? `${hours}h` : '', minutes > 0 ? `${minutes}m` : '', seconds > 0 ? `${seconds}s` : ''];
  return `${sign}${parts.join('') || '0s'}`;
}
