/** Doubles to text, in the three ways that Google writes them. */

/** `CAST(x AS STRING)`: up to 15 digits if those read back as the same double, else 17, in C's `%g` form. */
export function floatText(value: number): string {
  const special = specialText(value);
  if (special !== undefined) return special;
  const short = generalText(value, 15);
  return Number(short) === value ? short : generalText(value, 17);
}

function specialText(value: number): string | undefined {
  if (Number.isNaN(value)) return 'nan';
  if (value === Infinity) return 'inf';
  return value === -Infinity ? '-inf' : undefined;
}

/** C's `%.{digits}g`. */
export function generalText(value: number, digits: number): string {
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const [mantissa = '', exponentText = '0'] = value.toExponential(digits - 1).split('e');
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= digits) {
    const sign = exponent < 0 ? '-' : '+';
    return `${withoutZeros(mantissa)}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  return withoutZeros(value.toFixed(Math.max(0, digits - 1 - exponent)));
}

function withoutZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** As `floatText`, but with a point where the text would read as an integer: `%t` of FORMAT, TO_JSON_STRING. */
export function floatTextWithPoint(value: number): string {
  const text = floatText(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

/**
 * As BigQuery's REST API writes FLOAT64: Java's `Double.toString`, with a point always, and an exponent below 10^-3
 * and from 10^7 on.
 */
export function restFloatText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const size = Math.abs(value);
  if (size >= 1e-3 && size < 1e7) {
    const text = String(value);
    return text.includes('.') ? text : `${text}.0`;
  }
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e');
  return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}E${Number(exponent)}`;
}
