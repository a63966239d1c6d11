// Owns what is known about the program that sent an event: its SDK and its own release, in forms that hold nothing personal.

/** `name/version` of the SDK that made a batch: `tributary-js/0.1.0`. */
const SDK = /^[A-Za-z][A-Za-z0-9._-]{0,39}\/\d{1,4}(\.\d{1,6}){0,2}(-[A-Za-z0-9.]{1,20})?$/;

/** A release: two or three numbers, perhaps with what comes before it. Four would be a network address. */
const RELEASE = /^v?\d{1,4}\.\d{1,5}(\.\d{1,8})?(-(alpha|beta|rc|dev|canary)(\.?\d{1,6})?)?$/;

/** Stands for an SDK that did not say which it is, or not in a form that is taken. */
export const UNKNOWN_SDK = 'unknown';

/** The SDK that a batch names; undefined when it is none in a known form. */
export function sdkOf(value: unknown): string | undefined {
  return typeof value === 'string' && SDK.test(value) ? value : undefined;
}

/**
 * The release of the app that sent an event, as `context.app.version` says it, which is where Segment's clients have it
 * too; undefined for anything that does not look like a version. https://segment.com/docs/connections/spec/common/#context
 */
export function releaseOf(event: unknown): string | undefined {
  const version = member(member(member(event, 'context'), 'app'), 'version');
  return typeof version === 'string' && RELEASE.test(version) ? version : undefined;
}

/** A member of a value that may be anything. */
export function member(value: unknown, name: string | number): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}
