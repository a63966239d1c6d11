// Owns reducing an e-mail address to its domain.

/** What stands for a text that is no e-mail address. */
export const UNKNOWN_DOMAIN = 'unknown';
const DOMAIN =
  /^(?=.{1,253}$)[\p{L}\p{N}]([\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?(\.[\p{L}\p{N}]([\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?)+$/u;

/** The domain in lower case: `Ann@Example.COM` is `example.com`. Total: anything else, addresses of machines included, is `unknown`. */
export function emailDomain(email: string): string {
  const text = email.trim();
  const at = text.lastIndexOf('@');
  const domain = text.slice(at + 1).toLowerCase();
  return at > 0 && DOMAIN.test(domain) && !/\.\d+$/.test(domain) ? domain : UNKNOWN_DOMAIN;
}
