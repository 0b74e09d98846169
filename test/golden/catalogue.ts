/** A hand-made catalogue that looks like a game's: 18 numbered tiles, an empty cell and one sprite of every shape. */
import type { Scene, Shape, Sprite, SpriteCatalogue, Theme } from '../../src/scene.ts'

/** An empty cell, 18 tiles numbered 2, 4, 8, …, then one sprite of shapes. `tile`: side, pixels. */
export function sampleCatalogue(theme: Theme, tile: number): SpriteCatalogue {
  const gap = Math.max(0.5, tile / 24)
  const card = (fill: Sprite['fill'], ...shapes: Shape[]): Sprite => {
    const side = tile - 2 * gap
    const shape: Shape = { kind: 'rect', x: gap, y: gap, width: side, height: side, radius: tile / 10, fill }
    return { width: tile, height: tile, fill: theme.board, shapes: [shape, ...shapes] }
  }
  const label = (text: string, fill: Sprite['fill']): Shape => {
    return { kind: 'text', x: tile / 2, y: tile / 2, size: tile * 0.56, text, fill, maxWidth: tile - 2 * gap - tile / 10 }
  }
  const numbered = theme.tiles.map(({ fill, ink }, k) => card(fill, label(String(2 ** (k + 1)), ink)))
  return { sprites: [card(theme.empty), ...numbered, shapes(theme, tile)] }
}

/** All sprites of the sample catalogue, five in a row, on the theme's page. */
export function sampleScene(theme: Theme, tile: number): Scene {
  const catalogue = sampleCatalogue(theme, tile)
  const items = catalogue.sprites.map((_, sprite) => ({ sprite, x: (sprite % 5) * tile + 4, y: Math.floor(sprite / 5) * tile + 4 }))
  return { width: 5 * tile + 8, height: 4 * tile + 8, background: theme.page, catalogue, items }
}

function shapes(theme: Theme, tile: number): Sprite {
  const u = tile / 16
  const ink = theme.tiles[3]!.fill
  return {
    width: tile,
    height: tile,
    fill: theme.page,
    shapes: [
      { kind: 'circle', x: 5 * u, y: 5 * u, radius: 4 * u, fill: ink },
      { kind: 'polygon', points: [12 * u, u, 14.5 * u, 8.5 * u, 8.5 * u, 3.8 * u, 15.5 * u, 3.8 * u, 9.5 * u, 8.5 * u], fill: ink },
      { kind: 'text', x: u, y: 12.5 * u, size: 6 * u, text: 'Ag', fill: theme.text, align: 'start' },
      { kind: 'text', x: 15 * u, y: 12.5 * u, size: 6 * u, text: '→', fill: theme.muted, align: 'end' },
    ],
  }
}
