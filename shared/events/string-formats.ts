// Owns the well-known forms of a text: each a check in linear time, and the words in which a hint asks for it.
import { isIP } from 'node:net';
import type { StringFormat } from '../catalog/field.ts';

/** A form of texts. */
export interface FormatRule {
  readonly is: (text: string) => boolean;
  /** With its article, and an example that is nobody's. */
  readonly wanted: string;
}

/** Every form that `format` may name. None of the expressions backtracks over what it has matched. */
export const FORMAT_RULES: { readonly [Format in StringFormat]: FormatRule } = {
  uuid: matching(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i, 'a UUID (RFC 9562)'),
  url: { is: isWebUrl, wanted: 'an http or https URL' },
  email: { is: isEmail, wanted: 'an e-mail address' },
  phone: matching(/^\+[1-9]\d{6,14}$/, 'a telephone number in E.164, such as +15550100'),
  ip: { is: (text) => isIP(text) !== 0, wanted: 'an IPv4 or IPv6 address' },
  country: matching(/^[A-Z]{2}$/, 'a country by ISO 3166-1 alpha-2, such as SE'),
  currency: matching(/^[A-Z]{3}$/, 'a currency by ISO 4217, such as SEK'),
  language: matching(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,4}$/, 'a language by BCP 47, such as sv-SE'),
  hostname: matching(/^(?=.{1,253}$)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*$/i, 'a host name'),
};

function matching(pattern: RegExp, wanted: string): FormatRule {
  return { is: (text) => pattern.test(text), wanted };
}

function isWebUrl(text: string): boolean {
  return /^https?:\/\//i.test(text) && URL.canParse(text);
}

/** One `@` with something before it and a domain behind it: what can be known without sending to it. */
function isEmail(text: string): boolean {
  const at = text.lastIndexOf('@');
  return at > 0 && at <= 64 && !/[\s@]/.test(text.slice(0, at)) && /^[^\s@.]+(\.[^\s@.]+)+$/.test(text.slice(at + 1));
}
