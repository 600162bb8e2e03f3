import type { Clock } from '../../lib/clock.ts';
import { contentHash } from '../../source/file-lines.ts';
import { createPositionStore } from '../../store/reingest.ts';
import type { InputFile } from './inputs.ts';
import { openLocalStore } from './local.ts';
import type { DeskTarget } from './open-desk.ts';
import { removeFile } from './reingest-door.ts';

export interface Counts {
  readonly rows: number;
  readonly labels: number;
  readonly rejects: number;
}

/** What is stored of these files, counted, or (not `dry`) removed: by the service, or in the store opened here. */
export async function openRemover(
  of: { readonly target: DeskTarget; readonly clock: Clock; readonly say: (line: string) => void },
  files: readonly InputFile[],
  dry: boolean,
): Promise<Counts> {
  const hashes = new Set<string>();
  for (const file of files) hashes.add(await contentHash(file.path));
  const add = async (remove: (hash: string) => Promise<Counts>) => {
    const sum = { rows: 0, labels: 0, rejects: 0 };
    for (const hash of hashes) {
      const counted = await remove(hash);
      sum.rows += counted.rows;
      sum.labels += counted.labels;
      sum.rejects += counted.rejects;
    }
    return sum;
  };
  const { target } = of;
  if (target.kind === 'service')
    return add(hash => target.service.post<Counts>(`/v1/files/${hash}/remove`, { dryRun: dry }));
  const { storage, close } = await openLocalStore({ ...of, config: target.config });
  try {
    const positions = createPositionStore(storage);
    return await add(hash => removeFile(positions, hash, !dry));
  } finally {
    await close();
  }
}
