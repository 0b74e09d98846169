/**
 * Writes src/render/font-data.ts from a TrueType file: `node scripts/make-font.ts <font.ttf> [out.ts]` (Node 22.18 or later, which
 * reads TypeScript). The bundled file was made from Rubik_700Bold.ttf of the npm package @expo-google-fonts/rubik 0.4.2 (Rubik 2.300).
 *
 * Outlines become integer paths (see `packed`), y down, baseline at 0. Symbols that the font lacks are drawn here.
 */
import { readFileSync, writeFileSync } from 'node:fs'
// @ts-expect-error: opentype.js 2 ships no types
import { parse } from 'opentype.js'

interface Command {
  type: 'M' | 'L' | 'Q' | 'C' | 'Z'
  x: number
  y: number
  x1: number
  y1: number
}

interface Glyph {
  advanceWidth: number
  path: { commands: Command[] }
}

const ASCII = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i))
const FROM_FONT = [...'°±·×÷–—•…−≠≤≥']

/** Hand-drawn symbols in font units of 1000 per em, y down, cap height 700. */
const DRAWN: Readonly<Record<string, readonly [advance: number, path: string]>> = {
  '←': [760, 'M40 -350L350 -640L350 -425L720 -425L720 -275L350 -275L350 -60Z'],
  '↑': [660, 'M330 -700L620 -390L405 -390L405 0L255 0L255 -390L40 -390Z'],
  '→': [760, 'M720 -350L410 -60L410 -275L40 -275L40 -425L410 -425L410 -640Z'],
  '↓': [660, 'M330 0L40 -310L255 -310L255 -700L405 -700L405 -310L620 -310Z'],
  '■': [780, 'M40 0L40 -700L740 -700L740 0Z'],
  '▲': [780, 'M40 0L390 -700L740 0Z'],
  '▼': [780, 'M40 -700L740 -700L390 0Z'],
  '◆': [780, 'M390 30L20 -350L390 -730L760 -350Z'],
  '●': [
    780,
    'M390 0Q245 0 143 -103Q40 -205 40 -350Q40 -495 143 -598Q245 -700 390 -700Q535 -700 638 -598Q740 -495 740 -350Q740 -205 638 -103Q535 0 390 0Z',
  ],
  '★': [800, 'M400 -740L496 -482L771 -471L555 -300L629 -35L400 -187L171 -35L245 -300L29 -471L304 -482Z'],
  '♥': [
    800,
    'M400 20Q30 -250 30 -480Q30 -590 102 -660Q165 -720 250 -710Q350 -698 400 -600Q450 -698 550 -710Q635 -720 698 -660Q770 -590 770 -480Q770 -250 400 20Z',
  ],
  '✓': [740, 'M30 -290L145 -405L275 -265L600 -650L720 -550L285 -30Z'],
}

/**
 * The same path, half as long once compressed: coordinates are relative to the last point, h and v are level and upright lines, and t is the
 * control point of a curve that ends, rounded, midway to the next control point, as most curves of TrueType do. text.ts reads it.
 */
function packed(path: string): string {
  const commands = [...path.matchAll(/([MLQZ])([^MLQZ]*)/g)].map(([, name, list]) => ({
    name,
    to: list === '' ? [] : list!.split(' ').map(Number),
  }))
  let [x, y] = [0, 0]
  const steps = commands.map(({ name, to }, i) => {
    if (name === 'Z') return 'z'
    const [dx, dy] = [to[0]! - x, to[1]! - y]
    const next = commands[i + 1]
    const midway = name === 'Q' && next?.name === 'Q' && [0, 1].every((k) => Math.round((to[k]! + next.to[k]!) / 2) === to[k + 2])
    ;[x, y] = (midway ? to : to.slice(-2)) as [number, number]
    if (midway) return `t${dx} ${dy}`
    if (name === 'Q') return `q${dx} ${dy} ${x - to[0]!} ${y - to[1]!}`
    if (name === 'L' && dy === 0) return `h${dx}`
    return name === 'L' && dx === 0 ? `v${dy}` : `${name!.toLowerCase()}${dx} ${dy}`
  })
  return steps.join('')
}

function pathOf(glyph: Glyph): string {
  const n = (value: number): string => String(Math.round(value) + 0)
  let at = ''
  let path = ''
  for (const c of glyph.path.commands) {
    if (c.type === 'C') throw new Error('Cubic outlines are not supported; pass a TrueType font.')
    const to = c.type === 'Z' ? '' : `${n(c.x)} ${n(-c.y)}`
    if (c.type === 'L' && to === at) continue
    path += c.type === 'Q' ? `Q${n(c.x1)} ${n(-c.y1)} ${to}` : `${c.type}${to}`
    at = to
  }
  return path
}

function main(ttf: string | undefined, out: string): void {
  if (!ttf) throw new Error('No font given; usage: node scripts/make-font.ts <font.ttf> [out.ts]')
  const bytes = readFileSync(ttf)
  const font = parse(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length))
  if (font.unitsPerEm !== 1000) throw new Error(`The font has ${font.unitsPerEm} units per em; this script expects 1000.`)
  const lines: string[] = []
  for (const char of [...ASCII, ...FROM_FONT]) {
    if (font.charToGlyphIndex(char) === 0) throw new Error(`The font has no glyph for '${char}'.`)
    const glyph = font.charToGlyph(char) as Glyph
    lines.push(`  ${JSON.stringify(char)}: [${glyph.advanceWidth}, '${packed(pathOf(glyph))}'],`)
  }
  for (const [char, [advance, path]] of Object.entries(DRAWN)) lines.push(`  ${JSON.stringify(char)}: [${advance}, '${packed(path)}'],`)
  const names = font.names.windows ?? font.names
  const text = `/**
 * Made by scripts/make-font.ts; do not edit. Outlines of ${names.fullName.en}, ${names.version.en}.
 * ${names.copyright.en}
 * Licensed under the SIL Open Font License 1.1: assets/fonts/OFL-Rubik.txt. This file is a derived work under the same licence.
 */

/** Font units per em. */
export const UNITS_PER_EM = ${font.unitsPerEm}

/** Height of capitals and digits, font units. */
export const CAP_HEIGHT = ${font.tables.os2.sCapHeight}

/** Character -> advance width and outline (a path as packed() of make-font.ts writes it; y down, baseline at 0), font units. */
export const GLYPHS: Readonly<Record<string, readonly [advance: number, path: string]>> = {
${lines.join('\n')}
}
`
  writeFileSync(out, text)
}

main(process.argv[2], process.argv[3] ?? 'src/render/font-data.ts')
