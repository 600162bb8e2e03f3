/** Numbers and times as people read them. All times UTC. */

/** No-break space: keeps a number and its unit on one line. */
const space = '\u00a0';
const none = '–';

const grouped = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** 12408 is `12,408`. */
export function count(value: number | null): string {
  return known(value) ? grouped.format(value) : none;
}

/** 0.183 is `18 %`, 0.0234 is `2.3 %`, 0.0004 is `0.04 %`; below a hundredth of a percent `<0.01 %`. */
export function share(value: number | null): string {
  if (!known(value)) return none;
  const percent = value * 100;
  const size = Math.abs(percent);
  if (size === 0) return `0${space}%`;
  if (size < 0.01) return `${percent < 0 ? '>-' : '<'}0.01${space}%`;
  if (size >= 1000) return `${quantity(percent)}${space}%`;
  const digits = size >= 9.95 ? 0 : size >= 0.995 ? 1 : 2;
  return `${trim(percent.toFixed(digits))}${space}%`;
}

/** Two digits: 0.034, 2.4e-9; 0 is `<1e-300`. */
export function probability(value: number | null): string {
  if (!known(value)) return none;
  if (value === 0) return '<1e-300';
  if (value > 1) return quantity(value);
  if (value >= 0.001) return trim(Number(value.toPrecision(2)).toString());
  return trim(value.toExponential(1)).replace('e+', 'e');
}

/** Up to four significant digits, thousands grouped: 18.93, 41,200, 3.2e-7. */
export function quantity(value: number | null): string {
  if (!known(value)) return none;
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size < 1e-4 || size >= 1e9) return trim(value.toExponential(2)).replace('e+', 'e');
  if (size >= 1000) return grouped.format(Number(value.toPrecision(4)));
  return String(Number(value.toPrecision(4)));
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (value: number) => String(value).padStart(2, '0');

/** `14 Nov`, of epoch milliseconds. */
export function day(milliseconds: number): string {
  const date = new Date(milliseconds);
  return `${date.getUTCDate()} ${months[date.getUTCMonth()] ?? ''}`.replaceAll(' ', space);
}

/** `06:00`, of epoch milliseconds. */
export function clockTime(milliseconds: number): string {
  const date = new Date(milliseconds);
  return `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`;
}

/** `14 Nov 06:00`: in tables and charts whose heading says UTC. */
export function moment(milliseconds: number): string {
  return `${day(milliseconds)}${space}${clockTime(milliseconds)}`;
}

/** `14 Nov 2026 06:00 UTC`. */
export function fullMoment(milliseconds: number): string {
  const year = new Date(milliseconds).getUTCFullYear();
  return `${day(milliseconds)} ${year} ${clockTime(milliseconds)} UTC`.replaceAll(' ', space);
}

/** For the `datetime` attribute. */
export const machineTime = (milliseconds: number) => new Date(milliseconds).toISOString();

/** A window's length: 3600 is `1 h`, 604800 is `168 h`. */
export const hours = (seconds: number) => `${quantity(seconds / 3600)}${space}h`;

/** A stretch of time in its largest sensible unit: `40 s`, `12 min`, `7 h`, `3 days`. */
export function stretch(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 90) return `${seconds}${space}s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes}${space}min`;
  const wholeHours = Math.round(minutes / 60);
  if (wholeHours < 48) return `${wholeHours}${space}h`;
  return `${Math.round(wholeHours / 24)}${space}days`;
}

/** `feature:age` is `age`; the other subjects keep their name. */
export function subjectName(subject: string): string {
  if (subject === '') return 'whole stream';
  return subject.startsWith('feature:') ? subject.slice('feature:'.length) : subject.replace(':', ': ');
}

/** `feature`, `score`, `prediction`, `latency`, ...: what kind of subject it is. */
export function subjectFamily(subject: string): string {
  const at = subject.indexOf(':');
  return at < 0 ? subject || 'stream' : subject.slice(0, at);
}

/** Effects of most checks are shares of the rows; those of volume are ratios, a measure has its own unit. */
export function effectText(check: string, value: number | null): string {
  return check === 'volume' || check.startsWith('drift:') ? quantity(value) : share(value);
}

function known(value: number | null): value is number {
  return value !== null && Number.isFinite(value);
}

function trim(text: string): string {
  if (!text.includes('.')) return text;
  const [head, tail] = text.split('e') as [string, string | undefined];
  const short = head.replace(/0+$/, '').replace(/\.$/, '');
  return tail === undefined ? short : `${short}e${tail}`;
}
