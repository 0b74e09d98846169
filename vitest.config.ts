import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** Tests beside the code. */
const UNIT = ['src/**/*.test.ts', 'packages/*/src/**/*.test.ts']

/** Those that need a process of their own: they register games or pictures, change the folder or the environment, or open a browser. */
const ALONE = [
  'src/**/*.browser.test.ts',
  'src/cli/play/person.test.ts',
  'src/cli/tell.test.ts',
  'src/cli/train-config.test.ts',
  'src/cli/wrong-lines.test.ts',
  'src/games/index.test.ts',
  'src/games/picture-shisen-sho/game.test.ts',
  'src/games/registry.test.ts',
  'src/pictures/pictures.test.ts',
  'src/train/lexicon.test.ts',
]

export default defineConfig({
  resolve: {
    alias: [
      { find: /^vlm-gym$/, replacement: at('./src/index.ts') },
      { find: /^vlm-gym\/endpoints$/, replacement: at('./src/policies/endpoints.ts') },
      { find: /^vlm-gym\/chat$/, replacement: at('./src/chat-formats/index.ts') },
      { find: /^vlm-gym\/chat\/qwen$/, replacement: at('./src/chat-formats/qwen.ts') },
      { find: /^vlm-gym\/engine$/, replacement: at('./src/engine.ts') },
      { find: /^vlm-gym\/(.+)$/, replacement: at('./src/$1/index.ts') },
      { find: /^@vlm-gym\/engine-onnx$/, replacement: at('./packages/engine-onnx/src/index.ts') },
    ],
  },
  test: {
    testTimeout: 180_000,
    hookTimeout: 180_000,
    // A page on a busy machine takes its time; what is there is seen at once.
    expect: { poll: { timeout: 60_000, interval: 20 } },
    pool: 'forks',
    setupFiles: [at('./test/fast-check-seed.ts')],
    projects: [
      // Imports cost more than most of these tests: the files of a worker share their modules.
      { extends: true, test: { name: 'unit', include: UNIT, exclude: ALONE, isolate: false } },
      { extends: true, test: { name: 'alone', include: ALONE } },
      { extends: true, test: { name: 'whole', include: ['test/**/*.test.ts'] } },
    ],
  },
})
