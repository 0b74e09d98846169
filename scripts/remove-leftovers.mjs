/** Removes from dist/ what the compiler made of sources that are gone, so that it is never packed: `npm run build` runs it. */
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

for (const [dist, source] of [
  ['dist', 'src'],
  ['packages/engine-onnx/dist', 'packages/engine-onnx/src'],
])
  for (const path of readdirSync(join(root, dist), { recursive: true })) {
    const made = /^(.*?)(\.d\.ts|\.js)(\.map)?$/.exec(path)
    if (made && (made[3] || !existsSync(join(root, source, `${made[1]}.ts`)))) rmSync(join(root, dist, path))
  }
