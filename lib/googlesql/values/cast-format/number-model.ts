/** Format models of CAST from numbers to STRING: `$999,999.99`. Source: GoogleSQL "Format elements", "Format numeric type as string". */

import { remembered } from '../remembered.ts';
import { ValueError } from '../sql-value.ts';

/** What a model writes: a decimal or scientific number, hexadecimal digits, or a Roman numeral. */
export type NumberForm = 'decimal' | 'hexadecimal' | 'roman';

export interface NumberModel {
  readonly form: NumberForm;
  /** What stands one after the other: digits, group separators, the point or `V`, the exponent. */
  readonly elements: readonly string[];
  readonly sign: 'front' | 'S' | 'MI' | 'PR' | undefined;
  readonly currency: string;
  /** `FM`: no padding, no zeros at the end. */
  readonly compact: boolean;
  /** `B`: blank while the integer part is zero. */
  readonly blank: boolean;
  readonly lowerCase: boolean;
}

const MAX_HEX_DIGITS = 16;
/** Longest format model. Source: GoogleSQL's limit of a formatted output, bytes. */
const MAX_MODEL_LENGTH = 1_048_576;

const element = /EEEE|TM9|TME|TM|MI|PR|FM|RN|[09XSDVGBCL.,$]/iy;
const currencies: Readonly<Record<string, string>> = { $: '$', L: '$', l: '$', C: 'USD', c: 'usd' };

/** What has been read, and what of it decides which elements may follow. */
interface Reading {
  readonly elements: string[];
  sign: NumberModel['sign'];
  currencyElement: string | undefined;
  compact: boolean;
  blank: boolean;
  lowerCase: boolean;
  place: 'start' | 'integer' | 'fraction' | 'exponent' | 'end' | 'roman';
  hexadecimal: boolean;
  nines: boolean;
  groups: boolean;
  digits: number;
}

const REMEMBERED_MODELS = 1000;

/** The model that a text says. Throws a `ValueError` in Google's words. */
export const numberModel = remembered(REMEMBERED_MODELS, readModel);

function readModel(text: string): NumberModel {
  if (text.length > MAX_MODEL_LENGTH) throw wrong(`Format string too long; limit ${MAX_MODEL_LENGTH}`);
  const r: Reading = {
    elements: [],
    sign: undefined,
    currencyElement: undefined,
    compact: false,
    blank: false,
    lowerCase: false,
    place: 'start',
    hexadecimal: false,
    nines: false,
    groups: false,
    digits: 0,
  };
  for (let at = 0; at < text.length;) {
    element.lastIndex = at;
    const found = element.exec(text)?.[0];
    if (found === undefined) throw wrong(`Invalid format element '${text.charAt(at)}'`);
    at += found.length;
    take(r, found);
  }
  checkWhole(r);
  return {
    form: r.place === 'roman' ? 'roman' : r.hexadecimal ? 'hexadecimal' : 'decimal',
    elements: r.elements,
    sign: r.sign,
    currency: r.currencyElement === undefined ? '' : (currencies[r.currencyElement] ?? ''),
    compact: r.compact,
    blank: r.blank,
    lowerCase: r.lowerCase,
  };
}

const wrong = (what: string): ValueError => new ValueError(`Error in format string: ${what}`);

function take(r: Reading, found: string): void {
  const name = found.toUpperCase();
  if (name === 'FM') {
    if (r.compact) throw wrong("'FM' cannot be repeated");
    r.compact = true;
  } else if (found in currencies) {
    if (r.currencyElement !== undefined) throw wrong("There can be at most one of '$', 'C' or 'L'");
    r.currencyElement = found;
  } else if (name === 'B') {
    if (r.blank) throw wrong("There can be at most one 'B'");
    r.blank = true;
  } else {
    takePlaced(r, name, found);
  }
}

/** Elements whose place matters. */
function takePlaced(r: Reading, name: string, found: string): void {
  if (name.startsWith('TM')) throw wrong("'TM', 'TM9' and 'TME' are not supported");
  if (r.place === 'roman') throw wrong(`'RN' cannot appear together with '${found}'`);
  if (name === 'S' || name === 'MI' || name === 'PR') takeSign(r, name);
  else if (r.place === 'end') throw afterSign(r, name, found);
  else if (r.place === 'exponent') throw afterExponent(name, found);
  else if (name === 'RN') takeRoman(r, found);
  else if (name === 'EEEE') takeExponent(r, found);
  else if (name === '.' || name === 'D' || name === 'V') takePoint(r, name, found);
  else if (name === ',' || name === 'G') takeGroup(r, found);
  else takeDigit(r, name, found);
}

function takeSign(r: Reading, name: 'S' | 'MI' | 'PR'): void {
  if (r.place === 'end') throw wrong(`Unexpected format element '${name}'`);
  if (r.sign !== undefined) throw wrong("There can be at most one of 'S', 'MI', or 'PR'");
  if (r.place !== 'start') {
    r.sign = name;
    r.place = 'end';
    return;
  }
  if (name !== 'S') throw wrong(`'${name}' can only appear after all digits and 'EEEE'`);
  r.sign = 'front';
  r.place = 'integer';
}

function afterSign({ sign }: Reading, name: string, found: string): ValueError {
  if (!/^(?:[09X]|EEEE)$/.test(name)) return wrong(`Unexpected format element '${found}'`);
  return sign === 'S'
    ? wrong("'S' can only appear before or after all digits and 'EEEE'")
    : wrong(`'${sign}' can only appear after all digits and 'EEEE'`);
}

function afterExponent(name: string, found: string): ValueError {
  return name === ',' || name === 'G'
    ? wrong("',' or 'G' cannot appear together with 'EEEE'")
    : wrong(`'${found}' cannot appear after 'EEEE'`);
}

function takeRoman(r: Reading, found: string): void {
  if (r.place !== 'start') throw wrong(`Unexpected '${found}'`);
  r.place = 'roman';
  r.lowerCase = found.startsWith('r');
}

function takeExponent(r: Reading, found: string): void {
  if (r.hexadecimal) throw wrong(`'X' cannot appear together with '${found}'`);
  if (r.groups) throw wrong("',' or 'G' cannot appear together with 'EEEE'");
  if (r.place === 'start') throw wrong(`Unexpected '${found}'`);
  r.elements.push(found.startsWith('e') ? 'e' : 'E');
  r.place = 'exponent';
}

function takePoint(r: Reading, name: string, found: string): void {
  if (r.hexadecimal) throw wrong(`'X' cannot appear together with '${found}'`);
  if (r.place === 'fraction') throw wrong("There can be at most one of '.', 'D', or 'V'");
  r.elements.push(name === 'V' ? 'V' : '.');
  r.place = 'fraction';
}

function takeGroup(r: Reading, found: string): void {
  if (r.hexadecimal) throw wrong(`'X' cannot appear together with '${found}'`);
  if (r.place === 'fraction') throw wrong("',' or 'G' cannot appear after '.', 'D' or 'V'");
  if (r.place === 'start') throw wrong(`Unexpected '${found}'`);
  r.elements.push(',');
  r.groups = true;
}

function takeDigit(r: Reading, name: string, found: string): void {
  if (name === 'X') {
    if (r.place === 'fraction')
      throw wrong(`'X' cannot appear together with '${r.elements.includes('V') ? 'V' : '.'}'`);
    if (r.nines) throw wrong("'X' cannot appear together with '9'");
    if (r.groups) throw wrong("'X' cannot appear together with ',' or 'G'");
    r.hexadecimal = true;
  } else if (name === '9') {
    if (r.hexadecimal) throw wrong("'X' cannot appear together with '9'");
    r.nines = true;
  }
  r.elements.push(found);
  r.digits++;
  if (r.place === 'start') r.place = 'integer';
}

/** What only the whole model shows. */
function checkWhole(r: Reading): void {
  const special = r.hexadecimal ? 'X' : r.place === 'roman' ? 'RN' : undefined;
  const other = r.currencyElement ?? (r.blank ? 'B' : undefined);
  if (special !== undefined && other !== undefined) throw wrong(`'${special}' cannot appear together with '${other}'`);
  if (r.place === 'roman') return;
  if (r.digits === 0) throw wrong("Format string must contain at least one of 'X', '0' or '9'");
  if (r.hexadecimal && r.digits > MAX_HEX_DIGITS) throw wrong(`Max number of 'X' is ${MAX_HEX_DIGITS}`);
}
