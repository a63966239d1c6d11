// Owns the ids of events: UUIDs of version 7 (RFC 9562, section 5.7) that only ever grow within one client.
import type { RandomBytes } from './effects.ts';

/**
 * Makes ids for moments in epoch milliseconds. Within a millisecond, and when the clock is set back, the 12 bits behind the
 * version count up (section 6.2, method 1), and beyond those the time; so ids sort as they were made.
 */
export function createIds(random: RandomBytes): (nowMs: number) => string {
  let timeMs = 0;
  let counter = 0;
  return (nowMs) => {
    const bytes = random(10);
    if (nowMs > timeMs) {
      timeMs = nowMs;
      // The top bit is left free, so that there is room to count.
      counter = (((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0)) & 0x7ff;
    } else if (counter < 0xfff) {
      counter += 1;
    } else {
      timeMs += 1;
      counter = 0;
    }
    const variant = ((bytes[2] ?? 0) & 0x3f) | 0x80;
    const time = hex(timeMs, 12);
    const tail = Array.from(bytes.subarray(3, 10), (byte) => hex(byte, 2)).join('');
    return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(counter, 3)}-${hex(variant, 2)}${tail.slice(0, 2)}-${tail.slice(2)}`;
  };
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}
