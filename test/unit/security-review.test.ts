import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

/** docs/SECURITY-REVIEW.md promises tests: each must be there, by file and by title. */
const root = join(import.meta.dirname, '../..');
const text = readFileSync(join(root, 'docs/SECURITY-REVIEW.md'), 'utf8');
const sections = text.split(/^## /m).slice(1);
const promised = [...text.matchAll(/^- `([^`]+\.test\.ts)`: "(.+)"$/gm)].map(([, file, title]) => ({
  file: file!,
  title: title!,
}));

describe('docs/SECURITY-REVIEW.md', () => {
  it('goes through all ten points, each with its place and its tests', () => {
    const points = sections.filter(section => /^API\d+:/.test(section));
    expect(points.map(section => section.split(':')[0])).toEqual(
      Array.from({ length: 10 }, (_, i) => `API${i + 1}`),
    );
    for (const section of points) {
      expect(section).toMatch(/^- where: `/m);
      expect(section).toMatch(/^- `[^`]+\.test\.ts`: "/m);
    }
  });

  it('names a test in every line that looks like one', () => {
    expect(promised.length).toBe([...text.matchAll(/^- `/gm)].length);
    expect(promised.length).toBeGreaterThan(40);
  });

  it.each(promised)('$file has "$title"', ({ file, title }) => {
    const source = readFileSync(join(root, file), 'utf8');
    // A title stands in its file as a text of its own.
    const texts = [`'${title}'`, `"${title}"`, `\`${title}\``];
    expect(texts.some(quoted => source.includes(quoted))).toBe(true);
  });

  it('names places that exist', () => {
    const places = [...text.matchAll(/`((?:src|test|scripts|docs)\/[^`\s]+\.\w+)`/g)].map(match => match[1]!);
    expect(places.length).toBeGreaterThan(60);
    expect(places.filter(place => !existsSync(join(root, place)))).toEqual([]);
  });
});
