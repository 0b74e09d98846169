/** The controls of a game: seed, colours, preset, levels, and its knobs with what each allows. */
import type { AnyGame } from '../../../src/game.ts'
import { LEVELS } from '../../../src/gym/index.ts'
import { THEMES } from '../../../src/render/index.ts'
import { nodeOf, type SchemaNode } from '../../../src/schema.ts'
import type { Start } from './start.ts'

const SEEDS = 1_000_000

export function Setup(props: {
  readonly game: AnyGame
  readonly start: Start
  /** The config as it is played; null where the knobs are refused. */
  readonly config: Readonly<Record<string, unknown>> | null
  readonly onChange: (start: Start) => void
  /** Whether the knobs are shown from the start. */
  readonly open?: boolean
}) {
  const { game, start, config, onChange, open = false } = props
  /** A change of what is dealt leaves the token behind. */
  const deal = (change: Partial<Start>): void => onChange({ ...start, token: null, ...change })
  const level = (axis: 'perception' | 'reasoning', text: string): void => {
    const { perception, reasoning } = start.levels ?? { perception: 0, reasoning: 0 }
    deal({ levels: text === '' ? null : { perception, reasoning, [axis]: Number(text) }, preset: null, knobs: {} })
  }
  const presets = Object.keys(game.presets ?? {})
  return (
    <form class="setup" aria-label="Game" onSubmit={(event) => event.preventDefault()}>
      <label>
        Seed
        <input
          type="number"
          min="0"
          step="1"
          value={start.seed}
          onChange={(event) => deal({ seed: Math.max(0, Math.floor(Number(event.currentTarget.value)) || 0) })}
        />
      </label>
      <button type="button" onClick={() => deal({ seed: (start.seed + 1) % SEEDS })}>
        Next seed
      </button>
      <label>
        Colours
        <select value={start.theme} onChange={(event) => onChange({ ...start, theme: event.currentTarget.value })}>
          {[...new Set([...Object.keys(THEMES), start.theme])].map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      {(['perception', 'reasoning'] as const).map((axis) => (
        <label key={axis}>
          {axis === 'perception' ? 'Perception' : 'Reasoning'}
          <select value={start.levels?.[axis] ?? ''} onChange={(event) => level(axis, event.currentTarget.value)}>
            <option value="">as designed</option>
            {Array.from({ length: LEVELS }, (_, at) => (
              <option key={at} value={at}>
                level {at}
              </option>
            ))}
          </select>
        </label>
      ))}
      {presets.length > 0 && (
        <label>
          Preset
          <select
            value={start.preset ?? ''}
            onChange={(event) => deal({ preset: event.currentTarget.value || null, levels: null, knobs: {} })}
          >
            <option value="">none</option>
            {presets.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
      )}
      <details open={open}>
        <summary>Knobs</summary>
        <Knobs game={game} start={start} config={config} onKnob={(name, value) => deal({ knobs: { ...start.knobs, [name]: value } })} />
      </details>
    </form>
  )
}

function Knobs(props: {
  readonly game: AnyGame
  readonly start: Start
  readonly config: Readonly<Record<string, unknown>> | null
  readonly onKnob: (name: string, value: string) => void
}) {
  const { game, start, config, onKnob } = props
  const fields = nodeOf(game.config).properties ?? {}
  return (
    <div class="knobs">
      {Object.entries(game.knobs).map(([name, { axis, summary }]) => (
        <div key={name} class="knob">
          <label for={`knob-${name}`}>
            <b>{name}</b> <small>{axis}</small>
          </label>
          <KnobInput
            id={`knob-${name}`}
            node={fields[name] === undefined ? {} : nodeOf(fields[name])}
            value={start.knobs[name] ?? String(config?.[name] ?? '')}
            onValue={(value) => onKnob(name, value)}
          />
          <small>{summary}</small>
        </div>
      ))}
    </div>
  )
}

function KnobInput(props: {
  readonly id: string
  readonly node: SchemaNode
  readonly value: string
  readonly onValue: (value: string) => void
}) {
  const { id, node, value, onValue } = props
  const choices = node.type === 'boolean' ? [true, false] : node.enum
  if (choices !== undefined)
    return (
      <select id={id} value={value} onChange={(event) => onValue(event.currentTarget.value)}>
        {choices.map((choice) => (
          <option key={String(choice)}>{String(choice)}</option>
        ))}
      </select>
    )
  const numeric = node.type === 'integer' || node.type === 'number'
  if (!numeric) return <input id={id} type="text" value={value} onChange={(event) => onValue(event.currentTarget.value)} />
  const { minimum, maximum } = node
  const small = minimum !== undefined && maximum !== undefined && maximum - minimum <= 64
  return (
    <span class="range">
      {small && (
        <input
          type="range"
          aria-label={`${id.replace('knob-', '')}, as a slider`}
          min={minimum}
          max={maximum}
          step={node.type === 'integer' ? 1 : 'any'}
          value={value}
          onInput={(event) => onValue(event.currentTarget.value)}
        />
      )}
      <input
        id={id}
        type="number"
        min={minimum}
        max={maximum !== undefined && maximum < 1e12 ? maximum : undefined}
        step={node.type === 'integer' ? 1 : 'any'}
        value={value}
        onChange={(event) => onValue(event.currentTarget.value)}
      />
    </span>
  )
}
