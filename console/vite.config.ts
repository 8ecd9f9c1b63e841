import { fileURLToPath } from 'node:url';
import { tanstackRouter } from '@tanstack/router-plugin/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { compress } from './build/compress.ts';

/** Where the API is while the console is worked on: `GATEWRIGHT=http://127.0.0.1:3000 npm run dev`. */
const gateway = process.env.GATEWRIGHT ?? 'http://127.0.0.1:3000';
/** So many of the parts that are loaded by themselves. */
const MANY = 4;
const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const proxy = Object.fromEntries(
  ['/api', '/mcp', '/sse', '/connect', '/demo'].map((path) => [
    // The host is the browser's own, or the origin would be foreign to the API.
    path,
    { target: gateway, changeOrigin: false },
  ]),
);

export default defineConfig({
  base: '/',
  plugins: [
    tanstackRouter({ target: 'react', autoCodeSplitting: true, routeFileIgnorePattern: '\\.test\\.' }),
    react(),
    compress(),
  ],
  resolve: {
    alias: {
      '#api': folder('./src/api'),
      '#ui': folder('./src/ui'),
      '#texts': folder('./src/texts/en'),
      // The package's own entry is a barrel of 6,000 modules that the bundler would read one by one.
      '@tabler/icons-react': '@tabler/icons-react/dist/esm/icons/index.mjs',
    },
  },
  // The server replaces it with a value of its own in each answer; it stands in the policy for styles.
  html: { cspNonce: '__CSP_NONCE__' },
  build: {
    target: 'es2023',
    sourcemap: false,
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 400,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // Named by what `@rjsf/core` has for its own tests, which nothing here uses: it is shaken out, and need not be installed.
      external: ['@rjsf/validator-ajv8'],
      output: {
        codeSplitting: {
          // What many screens need comes in two files, not in a hundred: over HTTP/1.1 six are fetched at once.
          groups: [
            { name: 'library', test: /node_modules/, minShareCount: MANY, priority: 2 },
            { name: 'shared', test: /\/src\/(api|texts|ui)\//, minShareCount: MANY, priority: 1 },
          ],
        },
      },
    },
  },
  server: { proxy },
  preview: {
    proxy,
    headers: {
      'Content-Security-Policy':
        "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-__CSP_NONCE__'; img-src 'self' data:; connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types default",
    },
  },
  test: {
    include: ['src/**/*.test.{ts,tsx}'],
    server: { deps: { inline: [/@rjsf/] } },
  },
});
