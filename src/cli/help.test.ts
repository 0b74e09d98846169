/** The help of every command: within the terminal's width, with examples that the command takes. */
import { readdirSync } from 'node:fs'
import { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import type { DefineCommand } from './run.ts'

const folder = new URL('./commands/', import.meta.url)
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  .map((file) => file.slice(0, -3))

/** A command as it is defined, without what it does: no action and no plugin is run. */
class Parsed extends Command {
  parsed: unknown
  override hook(): this {
    return this
  }
}

async function parsedCommand(name: string): Promise<Parsed> {
  const module = (await import(new URL(`${name}.ts`, folder).href)) as { [name: string]: DefineCommand }
  const define = Object.entries(module).find(([key]) => key.startsWith('define'))?.[1]
  if (define === undefined) throw new Error(`commands/${name}.ts exports no define function`)
  const command = new Parsed(name).exitOverride().configureOutput({ writeErr: () => {}, writeOut: (text) => written.push(text) })
  define(command)
  command.action(() => {
    command.parsed = command.opts()
  })
  return command
}

let written: string[] = []

async function helpOf(name: string): Promise<string> {
  written = []
  const command = await parsedCommand(name)
  command.outputHelp()
  return written.join('')
}

/** The commands of the examples; a line that ends in a backslash goes on in the next. */
function examplesOf(help: string): string[] {
  const text = help.replace(/ \\\n +/g, ' ')
  return [...text.matchAll(/^ {2}\$ (.*)$/gm)].map((match) => match[1]!)
}

/** The words of a command line: single quotes hold, and what is written to a file is no argument. */
function wordsOf(line: string): string[] {
  const [typed = ''] = line.split(' > ')
  return [...typed.matchAll(/'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2]!)
}

describe.each(names)('the help of %s', (name) => {
  it('has no line wider than a terminal of 80 columns', async () => {
    const lines = (await helpOf(name)).split('\n')
    expect(lines.length).toBeGreaterThan(5)
    expect(lines.filter((line) => line.length > 80)).toEqual([])
  })

  it('has examples that the command takes', async () => {
    const examples = examplesOf(await helpOf(name))
    expect(examples.length).toBeGreaterThan(0)
    for (const example of examples) {
      const [program, called, ...args] = wordsOf(example)
      expect([program, called]).toEqual(['vlm-gym', name])
      const command = await parsedCommand(name)
      await command.parseAsync(args, { from: 'user' }).catch((error: Error) => {
        throw new Error(`${example}: ${error.message}`)
      })
      expect(command.parsed, example).toBeDefined()
    }
  })
})

it.each(['train', 'eval', 'teach'])('the help of %s has its many options in groups', async (name) => {
  const titles = (await helpOf(name)).match(/^[A-Z].*:$/gm) ?? []
  expect(titles.length).toBeGreaterThanOrEqual(5)
  // What commander gives no group of ours holds --help alone.
  expect(await helpOf(name)).toMatch(/\nOptions:\n {2}-h, --help +\S.*\n/)
})

it('an example that is wrong is found', async () => {
  const command = await parsedCommand('show')
  await expect(command.parseAsync(['2048', '--sed', '7'], { from: 'user' })).rejects.toThrow(/unknown option/)
})
