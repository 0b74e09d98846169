import { execFileSync } from 'node:child_process'
import { test } from 'vitest'

test('src/render/fast/kernel-data.ts is what kernel.as.ts compiles to', () => {
  execFileSync(process.execPath, ['scripts/make-kernel.mjs', '--check'], { stdio: 'pipe' })
})
