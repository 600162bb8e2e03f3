import type { FileCounts } from '../../http/reingest-door.ts';
import type { Clock } from '../../lib/clock.ts';
import { contentHash } from '../../source/file-lines.ts';
import { createPositionStore } from '../../store/reingest.ts';
import type { InputFile } from './inputs.ts';
import { openLocalStore } from './local.ts';
import type { DeskTarget } from './open-desk.ts';
import { removeFile } from './reingest-door.ts';

export type { FileCounts } from '../../http/reingest-door.ts';

/** What is stored of these files, counted, or (not `dry`) removed: by the service, or in the store opened here. */
export async function openRemover(
  of: { readonly target: DeskTarget; readonly clock: Clock; readonly say: (line: string) => void },
  files: readonly InputFile[],
  /** `model`: of one model or ('') of all. */
  { dry, model }: { readonly dry: boolean; readonly model: string },
): Promise<FileCounts> {
  const hashes = new Set<string>();
  for (const file of files) hashes.add(await contentHash(file.path));
  const add = async (remove: (hash: string) => Promise<FileCounts>) => {
    const found: FileCounts[] = [];
    for (const hash of hashes) found.push(await remove(hash));
    return sumOf(found);
  };
  const { target } = of;
  if (target.kind === 'service')
    return add(hash => target.service.post<FileCounts>(`/v1/files/${hash}/remove`, { dryRun: dry, model }));
  const { storage, close } = await openLocalStore({ ...of, config: target.config });
  try {
    const positions = createPositionStore(storage);
    const ages = { clock: of.clock, rawDays: target.config.retention.rawDays };
    return await add(hash => removeFile({ positions, ages }, hash, !dry, model));
  } finally {
    await close();
  }
}

function sumOf(all: readonly FileCounts[]): FileCounts {
  const sum = (key: 'rows' | 'labels' | 'rejects') => all.reduce((total, each) => total + each[key], 0);
  const byModel = (key: 'models' | 'others') => {
    const rows = new Map<string, number>();
    for (const each of all.flatMap(one => one[key]))
      rows.set(each.model, (rows.get(each.model) ?? 0) + each.rows);
    return [...rows].map(([model, count]) => ({ model, rows: count }));
  };
  return {
    rows: sum('rows'),
    labels: sum('labels'),
    rejects: sum('rejects'),
    models: byModel('models'),
    others: byModel('others'),
  };
}
