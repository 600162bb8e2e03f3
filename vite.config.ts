import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/**
 * The web page: src/web/client to dist/web. Everything is a file of its own with a hash in its name (nothing inlined,
 * no data: addresses), so that the page runs under `Content-Security-Policy: default-src 'self'`. Addresses are
 * relative: the page also works behind a proxy that adds a path.
 */
export default defineConfig({
  root: here('./src/web/client'),
  base: './',
  publicDir: false,
  logLevel: 'warn',
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact' },
  build: {
    outDir: here('./dist/web'),
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: false,
    reportCompressedSize: false,
    sourcemap: false,
  },
});
