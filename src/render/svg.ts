/** Scenes as SVG: each sprite used is defined once; text is glyph outlines of the bundled font, so it looks the same everywhere. */
import { strFromU8 } from 'fflate'
import { ConfigError } from '../errors.ts'
import type { Scene, Shape, Sprite } from '../scene.ts'
import { cornerRadius, type OutlinedShape } from './outline.ts'
import { checkImage, type ImageShape } from './picture.ts'
import { encodePng } from './png.ts'
import { checkSide, parseColor } from './raster.ts'
import { spriteAt } from './sprite-at.ts'
import { glyphOf, layoutText, type TextShape } from './text.ts'

export interface SvgOptions {
  /** Put before every id, so that several pictures can share a document; letters, digits, '-', '_', first a letter. Default 'sprite'. */
  readonly idPrefix?: string
}

/** A standalone SVG document of `scene.width` x `scene.height` pixels. Same geometry as the rasteriser; anti-aliasing is the viewer's. */
export function sceneToSvg(scene: Scene, options: SvgOptions = {}): string {
  const { width, height, background, catalogue, items } = scene
  const prefix = options.idPrefix ?? 'sprite'
  if (!/^[A-Za-z][\w-]*$/.test(prefix))
    throw new ConfigError(`'${prefix}' is no id prefix; use letters, digits, '-' and '_', first a letter.`)
  checkSide(width)
  checkSide(height)
  const uses = items.map((item) => {
    const size = spriteAt(scene, item)
    return `<use href="#${prefix}-${item.sprite}" x="${item.x}" y="${item.y}" width="${size.width}" height="${size.height}"/>`
  })
  const used = [...new Set(items.map((item) => item.sprite))].sort((a, b) => a - b)
  const defs = used.map((index) => symbol(`${prefix}-${index}`, catalogue.sprites[index]!))
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<defs>${defs.join('\n')}</defs>`,
    `<rect width="${width}" height="${height}" fill="${safe(background)}"/>`,
    ...uses,
    '</svg>\n',
  ].join('\n')
}

function symbol(id: string, { width, height, fill, shapes }: Sprite): string {
  const ground = `<rect width="${width}" height="${height}" fill="${safe(fill)}"/>`
  return `<symbol id="${id}" viewBox="0 0 ${width} ${height}">${ground}${shapes.map(element).join('')}</symbol>`
}

function element(shape: Shape): string {
  return shape.kind === 'image' ? image(shape) : outlined(shape)
}

function outlined(shape: OutlinedShape): string {
  const fill = `fill="${safe(shape.fill)}"`
  switch (shape.kind) {
    case 'rect': {
      const { x, y, width, height } = shape
      const radius = cornerRadius(width, height, shape.radius ?? 0)
      return `<rect x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${n(height)}"${radius ? ` rx="${n(radius)}"` : ''} ${fill}/>`
    }
    case 'circle':
      return `<circle cx="${n(shape.x)}" cy="${n(shape.y)}" r="${n(shape.radius)}" ${fill}/>`
    case 'polygon':
      return `<polygon points="${shape.points.map(n).join(' ')}" ${fill}/>`
    case 'text':
      return `<g ${fill}>${glyphs(shape)}</g>`
  }
}

/** The picture at its own size as a PNG inside the document; the viewer scales it. */
function image(shape: ImageShape): string {
  checkImage(shape)
  const { x, y, width, height, picture } = shape
  const png = encodePng({ width: picture.width, height: picture.height, pixels: picture.rgb })
  const place = `x="${x}" y="${y}" width="${width}" height="${height}"`
  return `<image ${place} preserveAspectRatio="none" href="data:image/png;base64,${btoa(strFromU8(png, true))}"/>`
}

function glyphs(shape: TextShape): string {
  const { chars, xs, baseline, scaleX, scaleY } = layoutText(shape)
  const paths = chars.map((char, i) => {
    const outline = glyphOf(char)[1]
    return outline && `<path transform="matrix(${scaleX} 0 0 ${scaleY} ${n(xs[i]!)} ${n(baseline)})" d="${outline}"/>`
  })
  return paths.join('')
}

/** At most four decimals. */
function n(value: number): string {
  return String(Math.round(value * 10_000) / 10_000)
}

/** The colour itself, once it is known to be one: nothing else may reach the markup. */
function safe(color: Sprite['fill']): string {
  parseColor(color)
  return color
}
