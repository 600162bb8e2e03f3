import type { BaselineFormat, RunFile } from './ports.ts';

/** Endings that are read, the best first: Parquet says of itself what is text. */
const formats: readonly (readonly [string, BaselineFormat])[] = [
  ['parquet', 'parquet'],
  ['ndjson', 'ndjson'],
  ['jsonl', 'ndjson'],
  ['json', 'json'],
  ['csv', 'csv'],
];

/** Folder of the agreed path, within the artifacts of a run. */
export function folderOf(path: string): string {
  return path.split('/').slice(0, -1).join('/');
}

/** The file at the agreed path: as it is written, or for `leeway/baseline.*` with any ending that can be read. */
export function chooseFile(
  files: readonly RunFile[],
  path: string,
): { readonly file: RunFile; readonly format: BaselineFormat } | null {
  for (const [ending, format] of formats) {
    const wanted = path.endsWith('.*') ? `${path.slice(0, -1)}${ending}` : path;
    const file = wanted.endsWith(`.${ending}`) ? files.find(each => each.path === wanted) : undefined;
    if (file !== undefined) return { file, format };
  }
  return null;
}

/** Endings that can be read. */
export const endings: readonly string[] = formats.map(([ending]) => ending);
