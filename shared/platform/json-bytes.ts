// Owns reading JSON out of stored bytes: what is no JSON is an answer, because every reader has one for a wrong form anyway.

/** The value, or undefined when the bytes are no UTF-8 JSON. */
export function parseJsonBytes(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(utf8.decode(bytes));
  } catch {
    return undefined;
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });
