// Owns telling from its text whether a query opens sealed values: by a reveal function of the platform, or with keys of its own.
import { tokenize } from '#lib/googlesql/syntax/lexer.ts';
import { TokenKind } from '#lib/googlesql/syntax/token.ts';

/** Names that turn ciphertext into plaintext, alone or as a part of a path; an escape in a quoted name may spell any of them. */
const OPENERS = /(?:^|[.`])(?:reveal_\w+|aead|deterministic_decrypt_\w+)(?:$|[.`])|\\/i;

/** Whether anything in a query may open values. What cannot be read is taken to do so. */
export function opensValues(query: string): boolean {
  try {
    return tokenize(query).some(({ kind, start, end }) => isName(kind) && OPENERS.test(query.slice(start, end)));
  } catch {
    // The compiler has refused such a text before; here it is only to be on the safe side.
    return true;
  }
}

function isName(kind: TokenKind): boolean {
  return kind === TokenKind.word || kind === TokenKind.quotedName;
}
