import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Programs of the kill tests as one file each. */
export interface Bundle {
  readonly service: string;
  readonly rig: string;
}

/**
 * The service of the story and the rig, each as one file: they start quickly, and as they are in the sources now,
 * whatever is edited while they run. `folder` is below the root's `.cache`.
 */
export async function bundleStory(folder = 'fault'): Promise<Bundle> {
  return {
    service: await bundle('test/fault/story/service.ts', folder),
    rig: await bundle('test/rig/clickhouse-rig.ts', folder),
  };
}

/** One program as one file in `.cache/FOLDER`: two levels below the root, as the sources are. Returns its path. */
export async function bundle(entry: string, folder = 'fault'): Promise<string> {
  const name = `${relative('.', entry).replaceAll(/\W+/g, '-')}.js`;
  const outDir = join(root, '.cache', folder);
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    build: {
      ssr: join(root, entry),
      outDir,
      emptyOutDir: false,
      target: 'node20',
      rollupOptions: { output: { entryFileNames: name, inlineDynamicImports: true } },
    },
  });
  return join(outDir, name);
}
