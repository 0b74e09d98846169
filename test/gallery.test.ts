/** The gallery in docs/games is made from the code by scripts/make-gallery.mjs; here: that it is not out of date. */
import { existsSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { gameEntries, loadGames } from '../src/games/registry.ts'

const page = (name: string): string => readFileSync(new URL(`../docs/games/${name}`, import.meta.url), 'utf8')

it.each(await loadGames())(
  'has a page of $id with its knobs, levels and pictures (else run: node scripts/make-gallery.mjs)',
  ({ id, summary, knobs, levels }) => {
    const text = page(`${id}.md`)
    expect(text).toContain(summary)
    for (const [name, knob] of Object.entries(knobs)) expect(text).toContain(`| \`${name}\` | ${knob.axis} | ${knob.summary} |`)
    for (const moves of levels?.horizon ?? []) expect(text).toMatch(new RegExp(`^\\| \\d \\|.*\\| ${moves} \\|$`, 'm'))
    for (const axis of ['reasoning', 'perception'])
      expect(existsSync(new URL(`../docs/games/${id}-${axis}.png`, import.meta.url))).toBe(true)
  },
)

it('names every game in its index', () => {
  for (const { id } of gameEntries()) expect(page('README.md')).toContain(`(${id}.md)`)
})
