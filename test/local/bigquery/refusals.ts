/** Checks of refusals as the BigQuery client reports them. */
import assert from 'node:assert/strict';

/** For `assert.rejects`: the reason of the first error, and its text. */
export function refusedFor(reason: string, text: RegExp): (error: unknown) => true {
  return (error) => {
    const { errors, message } = error as { errors?: readonly { reason: string }[]; message: string };
    assert.equal(errors?.[0]?.reason, reason);
    assert.match(message, text);
    return true;
  };
}
