/** The recipes by name: what configs may name, and how `--help` describes them. The stages of each are in recipes.ts. */

/** Name to what it is, in a line, in the order in which their stages run. */
export const RECIPE_TEXTS = {
  g0: 'base, RL',
  g1: 'base, cold start, RL',
  'g1-paper': 'the same with the paper’s plain rewards',
} as const

export type RecipeName = keyof typeof RECIPE_TEXTS

export const RECIPE_NAMES = Object.keys(RECIPE_TEXTS) as [RecipeName, ...RecipeName[]]
