import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

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
    include: ['src/**/*.test.ts', 'packages/*/src/**/*.test.ts', 'test/**/*.test.ts'],
    testTimeout: 180_000,
    hookTimeout: 180_000,
    pool: 'forks',
  },
})
