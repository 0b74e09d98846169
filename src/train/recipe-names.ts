/** The recipes by name: what configs may name, and how `--help` describes them. The stages of each are in recipes.ts. */

/** Name to what it is, in a line, in the order in which their stages run. */
export const RECIPE_TEXTS = {
  g0: 'base, RL',
  g1: 'base, cold start, RL',
  'g1-paper': 'the same with the paper’s plain rewards',
  'arm-f': 'base, RL with the format reward alone: the control of the arms',
  'arm-p': 'base, RL with the rewards of format and perception',
  'arm-a': 'base, RL with the rewards of format and play',
  'arm-pa': 'base, RL with the rewards of format, perception and play',
  transfer: 'base, RL on each game alone that is not held out, on all of these, and on all games',
  curriculum: 'base, RL with the fixed mix, RL with a mix that follows the signal (rl.adaptive 1)',
} as const

export type RecipeName = keyof typeof RECIPE_TEXTS

export const RECIPE_NAMES = Object.keys(RECIPE_TEXTS) as [RecipeName, ...RecipeName[]]
