/**
 * Puts a copy of onnxruntime-node for the CPU into packages/engine-onnx/node_modules, where `npm pack` finds what the engine bundles
 * (bundleDependencies): `npm run build` runs it.
 *
 * The package as it is published runs an install script that fetches CUDA files from another host than the npm registry, and its install
 * fails where that host is out of reach. The copy has no install script, and none of the files that only a GPU needs: on Windows those of
 * DirectML and WebGPU, which onnxruntime.dll loads only for a session on a GPU. The second copy of the macOS library is left out too:
 * the binding loads the first. Files are hard links where the disk allows it, so that the copy takes no room and no time.
 */
import { copyFileSync, existsSync, linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const engine = fileURLToPath(new URL('../packages/engine-onnx', import.meta.url))
const target = join(engine, 'node_modules')

/** Files that a CPU does not need. */
const LEFT_OUT = /\/(DirectML|dxcompiler|dxil)\.dll$|\/libonnxruntime\.\d+\.\d+\.\d+\.dylib$|\/script(\/|$)/

/** Folder of an installed package, seen from the root of the clone. */
function packageFolder(name) {
  let folder = dirname(createRequire(new URL('../package.json', import.meta.url)).resolve(name))
  while (!existsSync(join(folder, 'package.json')) || JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).name !== name)
    folder = dirname(folder)
  return folder
}

function linkOrCopy(from, to) {
  try {
    linkSync(from, to)
  } catch {
    copyFileSync(from, to)
  }
}

/** All files of a folder, as paths from it with a leading slash. */
function filesOf(folder, below = '') {
  return readdirSync(join(folder, below), { withFileTypes: true }).flatMap((entry) => {
    const path = `${below}/${entry.name}`
    return entry.isDirectory() ? filesOf(folder, path) : [path]
  })
}

/** The copy's package.json: no scripts, and no packages that only the install script used. */
function cpuManifest({ scripts: _, devDependencies: __, ...manifest }) {
  return { ...manifest, dependencies: { 'onnxruntime-common': manifest.dependencies['onnxruntime-common'] } }
}

/** Copies one package, whole or not at all, so that a process that starts meanwhile never sees half of it. */
function bundle(name, change) {
  const source = packageFolder(name)
  const manifest = change(JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')))
  const content = `${JSON.stringify(manifest, null, 2)}\n`
  const place = join(target, name)
  if (existsSync(join(place, 'package.json')) && readFileSync(join(place, 'package.json'), 'utf8') === content) return
  const draft = `${place}.${process.pid}`
  for (const path of filesOf(source).filter((path) => !LEFT_OUT.test(path) && path !== '/package.json')) {
    mkdirSync(dirname(join(draft, path)), { recursive: true })
    linkOrCopy(join(source, path), join(draft, path))
  }
  writeFileSync(join(draft, 'package.json'), content)
  rmSync(place, { recursive: true, force: true })
  renameSync(draft, place)
}

bundle('onnxruntime-common', (manifest) => manifest)
bundle('onnxruntime-node', cpuManifest)
