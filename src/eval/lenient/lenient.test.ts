import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AnyGame } from '../../game.ts'
import { gameNamed, loadGames } from '../../games/index.ts'
import { formatReply, lastMoment, playReply, startSnapshot, walk } from '../../gym/index.ts'
import { seededRng } from '../../rng.ts'
import { lenientAction } from './answer.ts'
import { lenientBoard } from './board.ts'
import { lenientReading, strictReading } from './reply.ts'

const GAMES = (await loadGames()).filter((one) => one.perception.grid !== undefined).map(({ id }) => id)
const game = gameNamed('2048')
const state = game.rules.init(game.config.parse({}), 7)
const swap = gameNamed('swap')
const swapState = swap.rules.init(swap.config.parse({}), 7)

/** A state some moves into a game, with one of its actions, drawn by a seed. */
function moment(of: AnyGame, seed: number): { state: unknown; action: string; board: string } {
  const rng = seededRng(seed, 'moment')
  const start = startSnapshot({ game: of, config: of.config.parse({}) }, seed)
  const now = lastMoment(walk({ game: of }, start, rng.int(12), rng)).state
  return { state: now, action: of.answer.format(now, rng.pick(of.rules.actions(now))), board: of.perception.format(of.perception.of(now)) }
}

/** Ways of writing an answer, or a whole reply's only line, that leave no doubt about it. */
const AROUND: Readonly<Record<string, (answer: string) => string>> = {
  boxed: (a) => `\\boxed{${a}}`,
  'boxed text': (a) => `$\\boxed{\\text{${a}}}$`,
  bold: (a) => `**${a}**`,
  italic: (a) => `_${a}_`,
  code: (a) => `\`${a}\``,
  fence: (a) => `\`\`\`text\n${a}\n\`\`\``,
  'box tokens': (a) => `<|begin_of_box|>${a}<|end_of_box|>`,
  dot: (a) => `${a}.`,
  quotes: (a) => `"${a}"`,
  called: (a) => `Answer: ${a}`,
  'called in bold': (a) => `**Final answer:** ${a}`,
  'a sentence': (a) => `The best move is **${a}**.`,
  equals: (a) => `action = ${a}`,
  brackets: (a) => `[${a}]`,
  tag: (a) => `<action>${a}</action>`,
  'a formatted one': (a) => `<b>${a}</b>`,
  entities: (a) => `&lt;move&gt;${a}&lt;/move&gt;`,
  'wide characters': (a) => a.replace(/[!-~]/g, (char) => String.fromCharCode(char.charCodeAt(0) + 0xfee0)),
  'a heading': (a) => `### Final answer\n${a}`,
  'a mark of a list': (a) => `- ${a}`,
  'a conclusion': (a) => `Therefore, the answer is ${a}.`,
  'a choice': (a) => `I choose ${a}.`,
  'other quotes': (a) => `「${a}」`,
  'a dictionary of Python': (a) => `{'move': '${a}'}`,
  JSON: (a) => JSON.stringify({ move: a }),
  'JSON in a fence': (a) => `\`\`\`json\n${JSON.stringify({ thought: 'x', answer: a }, null, 2)}\n\`\`\``,
}

/** '(0, 1) (0, 2)', written otherwise. */
const OTHER_CELLS = [
  ...['Swap (0,1) with (0,2)', '(0,1) <-> (0,2)', '(0,1) ↔ (0,2)', '(0,1) - (0,2)', '(0, 1) (0, 2).', 'Final answer: (0,1),(0,2)'],
  ...['row 0, column 1 and row 0, column 2', '(row 0, col 1) → (row 0, col 2)', 'R0C1 R0C2', '$\\boxed{(0, 1) \\leftrightarrow (0, 2)}$'],
  ...[
    '{"from": [0, 1], "to": [0, 2]}',
    '{"move": {"to": [0, 2], "from": [0, 1]}}',
    '{"move": [{"row": 0, "col": 1}, {"row": 0, "col": 2}]}',
  ],
]

describe('a lenient answer', () => {
  it.each(Object.entries(AROUND))('is read in every game: %s', (_, write) => {
    fc.assert(
      fc.property(fc.constantFrom(...GAMES), fc.nat(1e6), (id, seed) => {
        const one = gameNamed(id)
        const { state: now, action } = moment(one, seed)
        for (const text of [write(action), ` ${write(action)}\n`, `Answer: ${write(action)}`])
          expect(lenientAction(one, now, text)).toBe(action)
      }),
      { numRuns: 20 },
    )
  })

  it.each([
    ['up', '0'],
    ['Left', '3'],
    ['**DOWN**', '2'],
    ['2 (down)', '2'],
    ['***\\boxed{2}***', '2'],
    ['\\boxed{\\textbf{Down}}', '2'],
    ['The final answer is: $\\boxed{2}$.', '2'],
    ['**Answer: 2**', '2'],
    ['down = 2', '2'],
    ['2: down', '2'],
    ['{"direction": "right"}', '1'],
    ['{"move": 2}', '2'],
    ['[2]', '2'],
    ['Move: up', '0'],
    ['↓', '2'],
    ['⬇️', '2'],
    ['Swipe down', '2'],
    ["I'll go with **down**.", '2'],
    ['**2** (down)', '2'],
    ['2 – down', '2'],
    ['\\boxed{2 \\text{ (down)}}', '2'],
    ["{'move': 'down'}", '2'],
  ])('may be a word of the game: %s', (text, action) => {
    expect(lenientAction(game, state, text)).toBe(action)
  })

  it.each([
    ...OTHER_CELLS,
    '(0,1)->(0,2)',
    '[[0, 1], [0, 2]]',
    '0 1 0 2',
    '(0,1), (0,2)',
    '(0, 1) and (0, 2)',
    '{"move": [[0,1],[0,2]]}',
    '[0,2],[0,1]',
  ])('may name cells in other brackets: %s', (text) => {
    expect(lenientAction(swap, swapState, text)).toBe('(0, 1) (0, 2)')
  })

  it.each([
    ...[
      '2 or 3',
      'up or down',
      'up, down',
      'up/down',
      '0, 1',
      '0 1',
      '2 (up)',
      'up = 2',
      'not 2',
      '-2',
      '(-2)',
      '2?',
      '2.5',
      '12',
      '4',
      '22',
      '',
    ],
    ...[
      'Answer: 2 or 3',
      'I think 2, no, 3',
      '{"move": 2, "action": 3}',
      '{"move": [0, 1]}',
      '[0, 1]',
      '1. 2',
      '~~2~~',
      '2...',
      '²',
      'two',
      '<del>2</del>',
      '<s>2</s>',
      '<wrong>2</wrong>',
      '{"move": 2, "move": 3}',
      '#2 or #3',
      'I choose 2 over 3',
      'so not 2',
      'Slide up or down',
    ],
    ...[
      '{"moves": [2]}',
      '\\boxed{2} or \\boxed{3}',
      'null',
      '{}',
      '[]',
      '{"move": null}',
      '{"move": {"a": 2}}',
      '**',
      '``',
      'constructor',
    ],
  ])('is never read where it is not plain which move is meant: %s', (text) => {
    expect(lenientAction(game, state, text)).toBeNull()
  })

  it.each([
    'column 1, row 0 and column 2, row 0',
    '(0,1) (0,-2)',
    '{"x": 0, "y": 1}',
    'row 0 1 0 2',
    '(0,1) (0,2) (0,3)',
    '(0,1)',
    '(0, 1) or (0, 2)',
    '(-0, 1) (0, 2)',
    '(0.1) (0.2)',
    '(0,1) (99,2)',
    '0102',
    'swap red and blue',
  ])('is never read from cells that are no answer of the game: %s', (text) => {
    expect(lenientAction(swap, swapState, text)).toBeNull()
  })

  it('names no move other than the one that is written, whatever surrounds it', () => {
    const other = fc.constantFrom('or', 'and', 'not', 'then', '/', ',', ' ', '\n', '?', '-', '+', 'x', '→')
    fc.assert(
      fc.property(fc.nat(3), fc.nat(3), other, fc.constantFrom(...Object.values(AROUND)), (a, b, between, write) => {
        fc.pre(a !== b)
        expect(lenientAction(game, state, write(`${a} ${between} ${b}`))).toBeNull()
        expect(lenientAction(game, state, `${write(String(a))} ${between} ${write(String(b))}`)).toBeNull()
      }),
      { numRuns: 500 },
    )
  })

  it('comes to an end on long and hostile texts, and reads nothing from them', () => {
    for (const part of ['1', '(', '[', '*', '\\boxed{', '{"a":', '`', ' ', '->'])
      for (const length of [390, 60_000]) expect(lenientAction(swap, swapState, part.repeat(Math.floor(length / part.length)))).toBeNull()
  })
})

const eachRow = (board: string, write: (row: string, at: number) => string): string => board.split('\n').map(write).join('\n')

/** The head of a Markdown table and its rule. */
function head(board: string, name: (at: number) => string): string {
  const columns = (board.split('\n')[0] as string).split(' | ').map((_, at) => name(at))
  return `| ${columns.join(' | ')} |\n|${columns.map(() => '---').join('|')}|\n`
}

/** Ways of drawing a board that leave no doubt about it. */
const DRAWN: Readonly<Record<string, (board: string) => string>> = {
  edges: (b) => b.replace(/^(.*)$/gm, '| $1 |'),
  fence: (b) => `\`\`\`\n${b}\n\`\`\``,
  'fence with edges': (b) => `\`\`\`text\n${b.replace(/^(.*)$/gm, '| $1 |')}\n\`\`\``,
  'blank lines': (b) => `\n${b.replaceAll('\n', '\n\n\n')}\n\n`,
  'a Markdown table': (b) => b.replace(/^(.*)$/gm, '| $1 |').replace(/^(.*)\n/, (row) => `${row}${row.trim().replace(/[^|]+/g, '---')}\n`),
  ruled: (b) => `+---+---+\n${b.replace(/^(.*)$/gm, '| $1 |\n+---+---+')}`,
  'box drawing': (b) => `┌──┬──┐\n${b.replaceAll('|', '│').replace(/^(.*)$/gm, '│ $1 │')}\n└──┴──┘`,
  'row names': (b) =>
    b
      .split('\n')
      .map((row, i) => `Row ${i + 1}: ${row}`)
      .join('\n'),
  'a sentence before': (b) => `The board:\n${b}`,
  bold: (b) => b.replace(/[^|\n]+/g, (cell) => ` **${cell.trim()}** `),
  capitals: (b) => b.toUpperCase(),
  JSON: (b) => JSON.stringify(b.split('\n').map((row) => row.split(' | '))),
  'box tokens': (b) => `<|begin_of_box|>${b}<|end_of_box|>`,
  'an edge on the left': (b) => b.replace(/^/gm, '| '),
  'an edge on the right': (b) => b.replace(/$/gm, ' |'),
  'a table with counted columns': (b) => `${head(b, (at) => String(at))}${b.replace(/^(.*)$/gm, '| $1 |')}`,
  'a table with named columns': (b) => `${head(b, (at) => `Col ${at + 1}`)}${b.replace(/^(.*)$/gm, '| $1 |')}`,
  'a table with an empty head': (b) => `${head(b, () => ' ')}${b.replace(/^(.*)$/gm, '| $1 |')}`,
  'a table with counted rows and columns': (b) => {
    const [names = '', rule = ''] = head(b, (at) => String(at)).split('\n')
    return `| ${names}\n|---${rule}\n${eachRow(b, (row, at) => `| **${at}** | ${row} |`)}`
  },
  'rows with numbers in a column': (b) => eachRow(b, (row, at) => `R${at + 1} | ${row}`),
  'rows with letters': (b) => eachRow(b, (row, at) => `${String.fromCharCode(65 + at)}: ${row}`),
  'rows in bold words': (b) => eachRow(b, (row, at) => `- **Row ${at}:** ${row}`),
  'a quotation': (b) => b.replace(/^/gm, '> '),
  'a list': (b) => b.replace(/^/gm, '• '),
  brackets: (b) => b.replace(/^(.*)$/gm, '[$1]'),
  'cells in brackets': (b) =>
    eachRow(b, (row) =>
      row
        .split(' | ')
        .map((cell) => `[${cell}]`)
        .join(' '),
    ),
  semicolons: (b) => b.replaceAll(' | ', '; '),
  tabs: (b) => b.replaceAll(' | ', '\t'),
  'lists of Python': (b) => JSON.stringify(b.split('\n').map((row) => row.split(' | '))).replaceAll('"', "'"),
  'JSON by a field': (b) => JSON.stringify({ note: 'x', board: b.split('\n').map((row) => row.split(' | ')) }),
  'JSON of lines': (b) => JSON.stringify(b.split('\n')),
  'a fence between sentences': (b) => `The board:\n\n\`\`\`text\n${b}\n\`\`\`\nNow I look for a move.`,
  'a fence of tildes': (b) => `~~~\n${b}\n~~~`,
  HTML: (b) =>
    `<table>${eachRow(
      b,
      (row) =>
        `<tr>${row
          .split(' | ')
          .map((cell) => `<td class="x">${cell}</td>`)
          .join('')}</tr>`,
    )}</table>`,
  LaTeX: (b) => `\\begin{array}{cccc}\n${b.replaceAll(' | ', ' & ').replaceAll('\n', ' \\\\\n')}\n\\end{array}`,
  'wide bars': (b) => b.replaceAll('|', '｜'),
  'escaped marks': (b) => b.replaceAll('_', '\\_'),
  entities: (b) => b.replaceAll('|', '&#124;'),
}

describe('a lenient board', () => {
  it.each(Object.entries(DRAWN))('is read in every game: %s', (_, draw) => {
    fc.assert(
      fc.property(fc.constantFrom(...GAMES), fc.nat(1e6), (id, seed) => {
        const one = gameNamed(id)
        const { state: now, board } = moment(one, seed)
        expect(lenientBoard(one, draw(board))).toEqual(one.perception.of(now))
      }),
      { numRuns: 15 },
    )
  })

  it.each([
    ['zeros', (b: string) => b.replaceAll('_', '0')],
    ['nothing', (b: string) => b.replaceAll('_', ' ').replace(/^(.*)$/gm, '| $1 |')],
    ['dots', (b: string) => b.replaceAll('_', '.')],
    ['dots in the middle', (b: string) => b.replaceAll('_', '·')],
    ['squares', (b: string) => b.replaceAll('_', '□')],
    ['brackets', (b: string) => b.replaceAll('_', '[ ]')],
    ['None', (b: string) => `[${eachRow(b, (row) => `[${row.replaceAll(' | ', ', ').replaceAll('_', 'None')}]`).replaceAll('\n', ', ')}]`],
    [
      'NumPy',
      (b: string) => `np.array([${eachRow(b, (row) => `[${row.replaceAll(' | ', ', ').replaceAll('_', '0')}],`)}])`.replace(',])', '])'),
    ],
    ['one line', (b: string) => b.replaceAll(' | ', ' ').replaceAll('\n', '; ')],
    ['rows and columns that count', (b: string) => `   0 1 2 3\n${eachRow(b, (row, at) => `${at}  ${row.replaceAll(' | ', ' ')}`)}`],
    ['a word', (b: string) => b.replaceAll('_', 'Empty')],
    ['commas', (b: string) => b.replaceAll(' | ', ', ')],
    ['spaces', (b: string) => b.replaceAll(' | ', '  ')],
    [
      'numbers and null',
      (b: string) =>
        `[${b
          .split('\n')
          .map((row) => `[${row.replaceAll(' | ', ', ').replaceAll('_', 'null')}]`)
          .join(',\n')}]`,
    ],
    [
      'arrays of lines',
      (b: string) =>
        b
          .split('\n')
          .map((row) => `[${row.replaceAll(' | ', ', ').replaceAll('_', '0')}],`)
          .join('\n'),
    ],
  ])('is read with empty cells and bars of another kind: %s', (_, draw) => {
    for (let seed = 0; seed < 10; seed++) {
      const { state: now, board } = moment(game, seed)
      expect(lenientBoard(game, draw(board))).toEqual(game.perception.of(now))
    }
  })

  it.each([
    '',
    'no grid',
    '2 | 3',
    '2 | 4\n8',
    'the tiles are 2 and 4',
    '2 | 4\nor\n4 | 2',
    '| 2 | 4 |\n| 8 |',
    '|---|---|',
    '[[2, 4], [8]]',
    '[2, {"a": 4}]',
    '? | 2',
    '2 | x',
  ])('is none where a cell is no label, or rows differ: %s', (text) => {
    expect(lenientBoard(game, text)).toBeNull()
  })

  it('does not take zeros for empty where the game does not say so', () => {
    const board = swap.perception.format(swap.perception.of(swapState))
    expect(lenientBoard(swap, board)).not.toBeNull()
    expect(lenientBoard(swap, board.replace(/^[^|]+/, '0 '))).toBeNull()
  })

  it('comes to an end on long and hostile texts, and reads nothing from them', () => {
    for (const part of ['=', '|', '-', '| - ', '`', '[', '2 ', '\n', '─|'])
      for (const length of [8000, 60_000]) expect(lenientBoard(game, `${part.repeat(Math.floor(length / part.length))}x`)).toBeNull()
  })
})

describe('a lenient reply', () => {
  const board = game.perception.format(game.perception.of(state))
  const truth = game.perception.of(state)
  const read = (text: string): { action: string | null; exact: boolean; strict: string | null } => {
    const { score } = playReply(game, state, text)
    const { action, perception: seen } = lenientReading(game, state, text, strictReading(game, text, score.action))
    return { action, exact: JSON.stringify(seen) === JSON.stringify(truth), strict: score.action }
  }
  const reply = formatReply({ perception: board, think: 'slide', answer: '2' })

  it.each([
    ['prose around it', `Sure!\n${reply}\n\nShall I go on?`],
    ['a fence around it', `\`\`\`\n${reply}\n\`\`\``],
    ['the other set', formatReply({ perception: board, think: 'slide', answer: '2' }, 'neutral')],
    ['capitals and spaces in tags', reply.replaceAll('perception', 'Perception').replaceAll('answer>', 'Answer >')],
    ['a mixture of sets', reply.replaceAll('answer', 'move')],
    ['the answer twice, the same', `${reply}\n<answer>**2**</answer>`],
    ['an answer that is not closed', reply.replace('</answer>', '')],
    ['no thoughts', `<perception>${board}</perception><answer>down</answer>`],
    ['JSON', JSON.stringify({ perception: board, think: 'up is bad', answer: 2 })],
    ['JSON in a fence', `\`\`\`json\n${JSON.stringify({ board: board.split('\n').map((row) => row.split(' | ')), move: 'down' })}\n\`\`\``],
    ['a box after the sections', `${reply.replace(/<answer>.*/s, '')}\n\\boxed{2}`],
    ['a last line', `${reply.replace(/<answer>.*/s, '')}\nThe answer is 2.`],
  ])('is read with %s', (_, text) => {
    expect(read(text)).toMatchObject({ action: '2', exact: true })
  })

  it.each([
    ['two answers', `${reply}<answer>3</answer>`],
    ['an answer of each set', `${reply}<move>3</move>`],
    ['two boxes', `${reply.replace(/<answer>.*/s, '')}\\boxed{2} \\boxed{3}`],
    ['an answer in prose', 'I would go down, since 2 and 2 merge there.'],
    ['an answer and one that cannot be read', `${reply}<answer>2 or 3</answer>`],
    ['nothing', ''],
  ])('names no move with %s', (_, text) => {
    expect(read(text).action).toBeNull()
  })

  it('says what the strict reading says, wherever that says something', () => {
    for (const text of [reply, ` ${reply} `, `Sure! ${reply}`, reply.replace('2</answer>', ' 2 </answer>')]) {
      const { action, strict } = read(text)
      expect([action, strict]).toEqual(['2', '2'])
    }
  })

  it('comes to an end on hostile texts of any length, and never throws', () => {
    for (const part of ['<answer>', '</answer>', '<perception>', '\\boxed{2}', '< answer >', '{', '<|begin_of_box|>']) {
      for (const length of [65_000, 1_000_000]) expect(read(part.repeat(Math.floor(length / part.length))).exact).toBe(false)
    }
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 60 }),
        fc.constantFrom(...Object.values(AROUND)),
        (text, write) => void read(write(text)),
      ),
    )
  })
})
