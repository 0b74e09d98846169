/**
 * The sub-commands of `vlm-gym`. A command's module is loaded only when it is named, so `--help` costs next to nothing.
 * To add a command: write `commands/<name>.ts` with a function that gives a commander `Command` its options and action, and a line here.
 */
import type { CommandEntry } from './run.ts'

/** Every command, in the order of the help. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'train',
    summary: 'train a small VLM by the G0 and G1 recipes, evaluate, report (the main job)',
    load: async () => (await import('./commands/train.ts')).defineTrain,
  },
  {
    name: 'transfer',
    summary: 'train on some games, evaluate on all: what changes in games that were not learned',
    load: async () => (await import('./commands/transfer.ts')).defineTransfer,
  },
  {
    name: 'eval',
    summary: 'play policies, checkpoints or any VLM on fixed games, with intervals',
    load: async () => (await import('./commands/eval.ts')).defineEval,
  },
  {
    name: 'player',
    summary: 'play one episode against the endpoint of OPENAI_BASE_URL, tell its reward in one line',
    load: async () => (await import('./commands/player.ts')).definePlayer,
  },
  {
    name: 'compare',
    summary: 'runs side by side: table, plot, paired tests',
    load: async () => (await import('./commands/compare.ts')).defineCompare,
  },
  {
    name: 'report',
    summary: 'write the report of a run folder anew',
    load: async () => (await import('./commands/report.ts')).defineReport,
  },
  {
    name: 'studio',
    summary: 'show training runs on a page in the browser, also while they are going',
    load: async () => (await import('./commands/studio.ts')).defineStudio,
  },
  {
    name: 'export',
    summary: 'write a trained model as one ONNX file',
    load: async () => (await import('./commands/export.ts')).defineExport,
  },
  {
    name: 'teach',
    summary: 'make cold-start data: what a teacher says when it is told the board',
    load: async () => (await import('./commands/teach.ts')).defineTeach,
  },
  {
    name: 'serve',
    summary: 'offer every game to trainers in any language, over HTTP and WebSockets (OpenEnv)',
    load: async () => (await import('./commands/serve.ts')).defineServe,
  },
  {
    name: 'mcp',
    summary: 'offer the games to agents as MCP tools: new_game, look, act',
    load: async () => (await import('./commands/mcp.ts')).defineMcp,
  },
  {
    name: 'serve-model',
    summary: 'offer a trained model as an OpenAI-compatible chat endpoint',
    load: async () => (await import('./commands/serve-model.ts')).defineServeModel,
  },
  {
    name: 'serve-engine',
    summary: 'offer the embedded engine by the Tinker API, to train and sample with pictures',
    load: async () => (await import('./commands/serve-engine.ts')).defineServeEngine,
  },
  { name: 'games', summary: 'list the games and their knobs', load: async () => (await import('./commands/games.ts')).defineGames },
  {
    name: 'show',
    summary: 'show a state of a game: picture, truth, prompt, scored moves',
    load: async () => (await import('./commands/show.ts')).defineShow,
  },
  {
    name: 'play',
    summary: 'play a game in the terminal, or watch a policy play',
    load: async () => (await import('./commands/play.ts')).definePlay,
  },
  {
    name: 'vectors',
    summary: 'check the rules against recorded vectors',
    load: async () => (await import('./commands/vectors.ts')).defineVectors,
  },
]
