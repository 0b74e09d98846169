/** Where this package lies, and its version. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Folder of this package, with a slash at its end. The compiled files lie as deep as the sources. */
export const PACKAGE_FOLDER: string = fileURLToPath(new URL('../', import.meta.url))

/** The version in package.json. */
export function packageVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
