import { resolve } from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

const root = import.meta.dirname;
/** The app's own policy, so that what it forbids shows here first. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; " +
  "connect-src 'self'; worker-src 'self'";

export default defineConfig({
  root,
  plugins: [svelte()],
  server: { fs: { allow: [resolve(root, '../../..')] } },
  preview: { headers: { 'Content-Security-Policy': policy } },
  build: {
    outDir: resolve(root, '../../../test-results/renderer-dev'),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    target: 'chrome130',
    rolldownOptions: { input: { index: resolve(root, 'index.html'), gallery: resolve(root, 'gallery.html') } },
  },
});
