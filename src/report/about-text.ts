/** What ran, in words: program, date and machine of the sessions that wrote a run. */
import type { Session } from '../runs/index.ts'

/** '2026-11-25 12:50 UTC'. */
function dateText(started: string): string {
  const parsed = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})/.exec(started)
  return parsed ? `${parsed[1]} ${parsed[2]} UTC` : started
}

/** '2026-11-25 12:50 UTC, vlm-gym 0.1.0 (commit 934186e), Node v20.20.2, AMD EPYC, 2 cores, 23.5 GiB, linux x64'. */
export function sessionText({ started, version, commit, changed, node, machine }: Session): string {
  const source = commit === null ? '' : ` (commit ${commit.slice(0, 7)}${changed ? ', with changes' : ''})`
  const { cpu, cores, memory, platform } = machine
  const parts = [
    dateText(started),
    `vlm-gym ${version}${source}`,
    `Node ${node}`,
    ...(cpu === null ? [] : [cpu]),
    `${cores} ${cores === 1 ? 'core' : 'cores'}`,
    `${(memory / 2 ** 30).toFixed(1)} GiB`,
    platform,
  ]
  return parts.join(', ')
}

/** Of all sessions, in one line; '' if nothing is known. */
export function aboutText(sessions: readonly Session[]): string {
  const [first] = sessions
  if (first === undefined) return ''
  const more = sessions.length - 1
  return `Begun ${sessionText(first)}${more === 0 ? '' : `; gone on with ${more} ${more === 1 ? 'time' : 'times'} by another version or machine`}.`
}
