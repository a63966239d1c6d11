/** Event types as a generated module describes them. */
export const PLAYED = {
  type: 'listening.TrackPlayed',
  purpose: 'product-analytics',
  consent: 'optional',
  subject: 'user',
} as const;
export const SEARCHED = {
  type: 'listening.SearchPerformed',
  purpose: 'personalisation',
  consent: 'required',
  subject: 'user',
} as const;
export const BEAT = { type: 'platform.Beat', purpose: 'operations', consent: 'optional', subject: 'none' } as const;

export const USER = { userId: 'listener-1' };
