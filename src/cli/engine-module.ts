/** Engines are packages of their own, loaded by name when a command needs one. */
import type { EngineModule } from '../engine.ts'
import { EngineError } from '../errors.ts'

/** Loads an engine package. Throws EngineError that says how to get it. */
export async function loadEngineModule(name: string): Promise<EngineModule> {
  let module: Partial<EngineModule>
  try {
    module = (await import(name)) as Partial<EngineModule>
  } catch (error) {
    throw new EngineError(`the engine package ${name} ${whyNot(name, error as NodeJS.ErrnoException)}`, { cause: error })
  }
  if (typeof module.createEngine !== 'function' || typeof module.openEngine !== 'function') {
    throw new EngineError(`${name} is not an engine package: it must export createEngine and openEngine`)
  }
  return module as EngineModule
}

function whyNot(name: string, { code, message }: NodeJS.ErrnoException): string {
  if (code === 'ERR_MODULE_NOT_FOUND' && message.includes(`'${name}'`)) return `is not installed; install it with: npm install ${name}`
  return `cannot be loaded on ${process.platform}-${process.arch} with Node ${process.version} (${message}); use a platform that it supports, or another engine`
}
