/** Text that is markup already. Only `html` makes it, so nothing else ever reaches a page unescaped. */
export interface Markup {
  readonly markup: string;
}

type Part = Markup | string | number | null | readonly Part[];

/**
 * Markup from a template: what is filled in is escaped, unless it is markup itself. null is nothing.
 *
 * @example
 * html`<b>${'<script>'}</b>`.markup // '<b>&lt;script&gt;</b>'
 */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return { markup: texts.map((text, i) => (i === 0 ? text : rendered(parts[i - 1]!) + text)).join('') };
}

function rendered(part: Part): string {
  if (part === null) return '';
  if (typeof part === 'number') return String(part);
  if (typeof part === 'string') return escaped(part);
  return 'markup' in part ? part.markup : part.map(rendered).join('');
}

/** Text that is safe between tags and in quoted attributes. Control characters, which no page may hold, become spaces. */
function escaped(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cs}]/gu, ' ')
    .replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`);
}
