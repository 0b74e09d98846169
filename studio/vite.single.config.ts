/** The page with its data inside: one script and one style, which src/report/single-file.ts puts into a document. */
import { defineConfig } from 'vite'

export default defineConfig({
  logLevel: 'warn',
  build: {
    outDir: '../dist/studio/single',
    emptyOutDir: true,
    target: 'es2022',
    lib: { entry: 'src/single.tsx', formats: ['iife'], name: 'page', fileName: () => 'page.js', cssFileName: 'page' },
  },
})
