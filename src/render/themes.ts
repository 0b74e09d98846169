/**
 * Themes: the colours that games draw with. Within a theme all tile fills differ by at least 0.07 in Oklab from each other, from the
 * board and from an empty cell, and every ink reads on its fill with a contrast of 4.5 or more (WCAG 2); themes.test.ts measures both.
 */
import { ConfigError } from '../errors.ts'
import type { Color, Theme } from '../scene.ts'
import { didYouMean } from '../suggest.ts'
import { randomTheme } from './random-theme.ts'

/** Tiles with a dark ink, or a light one where the fill is listed in `lightInk` (by index). */
function tiles(fills: readonly Color[], dark: Color, light: Color, lightInk: readonly number[]): Theme['tiles'] {
  return fills.map((fill, i) => ({ fill, ink: lightInk.includes(i) ? light : dark }))
}

/** Warm: cream to orange to red, then greens, blues and violets on a taupe board. Fills stay 0.06 apart for protanopes and deuteranopes. */
const CLASSIC: Theme = {
  name: 'classic',
  page: '#fbf6ee',
  board: '#988879',
  empty: '#b9aa9b',
  text: '#4a3c30',
  muted: '#7a6a5b',
  // biome-ignore format: a table
  tiles: tiles(
    [
      '#f7f5ed', '#f7d2ab', '#dbb96d', '#ec9202', '#fb5936', '#db1c51', '#e9ed6d', '#bfd102', '#70b06c',
      '#4a7037', '#20d6c8', '#2ba1a2', '#395c92', '#8ba3e4', '#6757c4', '#5e3176', '#db78b9', '#41311f',
    ],
    '#2e241b', '#ffffff', [5, 9, 12, 14, 15, 17],
  ),
}

/** Bright tiles on a night-blue board. */
const DARK: Theme = {
  name: 'dark',
  page: '#14171e',
  board: '#1d212b',
  empty: '#2c3140',
  text: '#eef0f4',
  muted: '#98a0b0',
  // biome-ignore format: a table
  tiles: tiles(
    [
      '#505459', '#5175a2', '#02a0da', '#7bc0c5', '#10f2e5', '#38ce80', '#a4e61d', '#fee36a', '#d7b444',
      '#e1805c', '#fd2752', '#bb3020', '#d973b7', '#c63df2', '#8b15dd', '#bea1fd', '#f4f1ea', '#184cb9',
    ],
    '#11141b', '#ffffff', [0, 1, 11, 14, 17],
  ),
}

/** Light and soft; one dark ink for all. */
const PASTEL: Theme = {
  name: 'pastel',
  page: '#faf8fd',
  board: '#cfc8dc',
  empty: '#e7e3ee',
  text: '#3a3347',
  muted: '#756c8a',
  // biome-ignore format: a table
  tiles: tiles(
    [
      '#fff6ce', '#f3e689', '#fec493', '#daab88', '#f2869f', '#ffadba', '#f68ee0', '#b98ef0', '#f3b4f9',
      '#9cb0fe', '#89a3c6', '#7ad3fe', '#a0f4ff', '#6ed6bf', '#6eb6a5', '#9af6b5', '#86d05a', '#c5dd59',
    ],
    '#3a3347', '#ffffff', [],
  ),
}

/** Colour-blind safe: fills stay as far apart (0.085 in Oklab) for protanopes and deuteranopes; black or white ink. */
const CONTRAST: Theme = {
  name: 'contrast',
  page: '#ffffff',
  board: '#30343b',
  empty: '#484d55',
  text: '#000000',
  muted: '#4a4a4a',
  // biome-ignore format: a table
  tiles: tiles(
    [
      '#fffa45', '#bf9bfe', '#819800', '#471ff5', '#c7edf1', '#797f99', '#260493', '#b4c96d', '#1f013d',
      '#6d6c32', '#2e0600', '#8dada0', '#3a5aa1', '#4e7bdf', '#633f03', '#d2bff8', '#fee1a7', '#360fc4',
    ],
    '#000000', '#ffffff', [3, 6, 8, 9, 10, 12, 14, 17],
  ),
}

/** Every theme that has a name of its own. */
export const THEMES: Readonly<Record<string, Theme>> = { classic: CLASSIC, dark: DARK, pastel: PASTEL, contrast: CONTRAST }

/** The theme of that name: one of `THEMES`, or 'random-0' to 'random-9999' (random-theme.ts). Throws ConfigError for any other name. */
export function themeNamed(name: string): Theme {
  const theme = Object.hasOwn(THEMES, name) ? THEMES[name] : randomTheme(name)
  if (!theme) {
    const known = Object.keys(THEMES)
    throw new ConfigError(
      `there is no theme ${JSON.stringify(name)}${didYouMean(name, known)}; choose one of ${known.join(', ')}, or random-0 to random-9999`,
    )
  }
  return theme
}
