/**
 * Compiles src/render/fast/kernel.as.ts, which is AssemblyScript, to src/render/fast/kernel-data.ts: `npm run kernel`. With `-- --check` it writes
 * nothing and fails if kernel-data.ts is not what the source gives.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import asc from 'assemblyscript/asc'

const SOURCE = 'src/render/fast/kernel.as.ts'
const TARGET = 'src/render/fast/kernel-data.ts'
const OPTIONS = ['-O3', '--noAssert', '--enable', 'simd', '--runtime', 'minimal', '--use', 'abort=', '--outFile', 'kernel.wasm']
/** Memory is then given by the caller, at least 1 and at most 65536 pages of 64 KiB. */
const SHARED = ['--enable', 'threads', '--importMemory', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536']

/** The module in base64. */
async function compiled(options) {
  let wasm
  const { error, stderr } = await asc.main([SOURCE, ...options], {
    readFile: (name) => (name === SOURCE ? readFileSync(SOURCE, 'utf8') : null),
    writeFile: (_, content) => {
      wasm = content
    },
    listFiles: () => [],
  })
  if (error) throw new Error(`${SOURCE} did not compile: ${error.message}\n${stderr.toString()}`)
  const lines = Buffer.from(wasm)
    .toString('base64')
    .match(/.{1,120}/g)
  return lines.join('\n')
}

const data = `/** Made by scripts/make-kernel.mjs from kernel.as.ts; do not edit. WebAssembly modules in base64. */

/** With memory of its own. */
export const KERNEL = \`
${await compiled(OPTIONS)}
\`

/** With shared memory that it is given. */
export const SHARED_KERNEL = \`
${await compiled([...OPTIONS, ...SHARED])}
\`
`
if (!process.argv.includes('--check')) writeFileSync(TARGET, data)
else if (readFileSync(TARGET, 'utf8') !== data) throw new Error(`${TARGET} is not what ${SOURCE} gives; run npm run kernel.`)
