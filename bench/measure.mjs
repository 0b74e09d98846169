/** Timing by rounds: all cases of a list are timed in turn, round by round, so that a drift of the machine hits them alike. */

/** @typedef {{name: string, unit: string, median: number, low: number, high: number, target: number | null, ok: boolean | null}} Row */

const quantile = (sorted, q) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]

/** 'wall': seconds on the clock. 'cpu': seconds of processor time, all threads together, for a machine that is shared with other jobs. */
let clock = 'wall'

export function setClock(kind) {
  clock = kind
}

/** Milliseconds on the clock that was set. */
export function now() {
  return clock === 'wall' ? performance.now() : processorTime()
}

/** Milliseconds of processor time that this process has used, all threads together. */
export function processorTime() {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/** Runs `work` until `milliseconds` have passed; returns calls per second. */
async function rate(work, milliseconds) {
  const start = now()
  let calls = 0
  let passed = 0
  let batch = 1
  do {
    const before = now()
    for (let i = 0; i < batch; i++) {
      const pending = work()
      if (pending instanceof Promise) await pending
    }
    calls += batch
    const after = now()
    passed = after - start
    if (after - before < 1) batch *= 2
  } while (passed < milliseconds)
  return (1000 * calls) / passed
}

/**
 * @param {{name: string, unit: string, perCall: number, work: () => unknown, target?: number}[]} cases perCall: units of work in a call
 * @param {{rounds?: number, milliseconds?: number}} options
 * @returns {Promise<(Row & {rounds: number[]})[]>} units per second; low and high are the 10 % and 90 % quantiles of the rounds
 */
export async function measure(cases, { rounds = 7, milliseconds = 150 } = {}) {
  const seen = cases.map(() => [])
  for (const { work } of cases) await rate(work, milliseconds)
  for (let round = 0; round < rounds; round++)
    for (const [i, { work, perCall }] of cases.entries()) seen[i].push(perCall * (await rate(work, milliseconds)))
  return cases.map(({ name, unit, target = null }, i) => row(name, unit, seen[i], target))
}

/** A row from its rounds; the target is the least median, or with `atMost` the largest. */
export function row(name, unit, values, target = null, atMost = false) {
  const sorted = [...values].sort((a, b) => a - b)
  const median = quantile(sorted, 0.5)
  return {
    name,
    unit,
    median,
    low: quantile(sorted, 0.1),
    high: quantile(sorted, 0.9),
    target,
    ok: target === null ? null : atMost ? median <= target : median >= target,
    rounds: values,
  }
}

/** One row in per cent of another, round by round. */
export function share(name, one, other, target = null) {
  return row(
    name,
    '%',
    one.rounds.map((value, i) => (100 * value) / other.rounds[i]),
    target,
  )
}
