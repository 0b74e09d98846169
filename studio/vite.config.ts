import { defineConfig } from 'vite'

export default defineConfig({
  base: './',
  logLevel: 'warn',
  build: { outDir: '../dist/studio/page', emptyOutDir: true, target: 'es2022' },
})
