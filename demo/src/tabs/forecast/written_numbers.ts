// Numbers as people and programs write them: a point or a comma before the decimals, marks between thousands, a unit of money.

/** What stands before the decimals; the other one of the two may stand between thousands. */
export type DecimalMark = '.' | ',';

const none = /^(|n\.?a\.?|n\/a|#n\/a|nan|null|none|nil|-+|\?+|\.+)$/i;
const unit = '[$€£¥%]?';

function shapeOf(decimal: DecimalMark, thousands: DecimalMark): RegExp {
  const whole = `\\d+|[1-9]\\d{0,2}([${thousands}\\s'’])\\d{3}(?:\\1\\d{3})*`;
  return new RegExp(`^[-+]?(?=[.,]?\\d)(?:${whole})?(?:[${decimal}]\\d*)?(?:e[-+]?\\d+)?$`, 'i');
}
const shapes: Readonly<Record<DecimalMark, RegExp>> = { '.': shapeOf('.', ','), ',': shapeOf(',', '.') };
/** What most fields are, which is read many times faster: plain digits, without what could be a group of three. */
const plainly = /^[-+]?\d+(?:\.(?:\d\d?|\d{4,}))?$/;
const ends = new RegExp(`^([-+]?)\\s*${unit}\\s*(.*?)\\s*${unit}$`);

/** Whether a field stands for a value that is not there. */
export function isMissing(field: string): boolean {
  return none.test(field.trim());
}

/** The number that a field is, with this mark before its decimals; NaN for anything else. */
export function numberOf(field: string, mark: DecimalMark): number {
  if (plainly.test(field)) return mark === '.' || !field.includes('.') ? Number(field) : Number.NaN;
  const plain = field.trim().replace('\u2212', '-').replace(ends, '$1$2');
  if (!shapes[mark].test(plain)) return Number.NaN;
  return Number(plain.replace(mark === '.' ? /[,\s'’]/g : /[.\s'’]/g, '').replace(',', '.'));
}

/** Whether a field is a number with either mark. */
export function isNumber(field: string): boolean {
  return Number.isFinite(numberOf(field, '.')) || Number.isFinite(numberOf(field, ','));
}

/**
 * The mark of a column of which every field can be read with both, such as 1,211: it stands between thousands where
 * numbers below a thousand have none and no number has four digits in a row.
 */
export function likelyMark(fields: readonly string[]): DecimalMark {
  const marked = fields.find((field) => /[.,]/.test(field)) ?? '';
  const mark = marked.includes(',') ? ',' : '.';
  const small = fields.some((field) => /^\D*\d{1,3}\D*$/.test(field.trim()));
  const large = fields.some((field) => /\d{4}/.test(field));
  if (!small || large) return mark;
  return mark === ',' ? '.' : ',';
}
