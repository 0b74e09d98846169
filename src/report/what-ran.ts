/** What ran: the config's main facts, and the stages as far as they went. */
import type { MetricLine, StageInfo } from '../runs/index.ts'
import type { TrainConfig } from '../train/index.ts'
import { stageFigures } from './run-view.ts'
import { type Table, textCell } from './table.ts'

/** Name and value of the facts that a reader asks for first. */
export function runFacts({ preset, seed, games, skin, recipes, teacher, evaluation }: TrainConfig): (readonly [string, string])[] {
  const knobs = (config: object): string => (Object.keys(config).length > 0 ? ` ${JSON.stringify(config)}` : '')
  return [
    ['preset', preset],
    ['seed', String(seed)],
    ['games', games.map(({ id, config }) => `${id}${knobs(config)}`).join(', ')],
    ['recipes', recipes.join(', ')],
    ['pictures', `${skin.theme}, tiles of ${skin.tile} pixels`],
    [
      'teacher',
      [teacher.blind ? 'blind spots' : 'no blind spots', ...(teacher.slip > 0 ? [`${teacher.slip * 100} % slips`] : [])].join(', '),
    ],
    ['evaluation', `${evaluation.episodes} games of ${games.map(({ horizon }) => horizon).join(', ')} moves, seed ${evaluation.seed}`],
  ]
}

function timeText(seconds: number): string {
  if (seconds < 90) return `${seconds.toFixed(0)} s`
  return seconds < 5400 ? `${(seconds / 60).toFixed(1)} min` : `${(seconds / 3600).toFixed(1)} h`
}

/** A row a stage, those that have not begun too. */
export function stageTable(stages: readonly StageInfo[], lines: readonly MetricLine[]): Table {
  return {
    title: 'Stages',
    first: 'Stage',
    columns: ['kind', 'steps', 'a step', 'last ten steps', 'time *', 'tokens/s *'].map((title) => ({ title })),
    rows: stages.map((stage) => {
      const { label, about, kind, batch, steps } = stage
      const own = lines.filter((line) => line.stage === stage.name)
      const { seconds, tokensPerSecond, last } = stageFigures(stage, own)
      const done = own.length
      const isRl = kind === 'rl'
      return {
        head: label,
        gloss: about,
        cells: [
          textCell(isRl ? 'GRPO' : 'supervised'),
          { text: steps === done ? `${done}` : `${done} of ${steps}`, value: done },
          textCell(batch),
          last === null ? null : { text: `${isRl ? 'reward' : 'loss'} ${last.toFixed(3)}`, value: last },
          done === 0 ? null : { text: timeText(seconds), value: seconds },
          tokensPerSecond === null ? null : { text: Math.round(tokensPerSecond).toLocaleString('en-US'), value: tokensPerSecond },
        ],
      }
    }),
    notes: ['* Of this machine (sum and median over steps); they decide nothing. All else follows from the config and its seed.'],
  }
}
