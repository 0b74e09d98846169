/** The public doors by their published names: what they export is a promise, so a change of it shows here. Types are not seen. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import * as library from 'vlm-gym'
import * as cli from 'vlm-gym/cli'
import * as jobs from 'vlm-gym/jobs'
import * as report from 'vlm-gym/report'
import * as server from 'vlm-gym/server'
import * as teach from 'vlm-gym/teach'
import * as testing from 'vlm-gym/testing'

const root = fileURLToPath(new URL('..', import.meta.url))

it('vlm-gym', () => {
  expect(Object.keys(library).sort()).toMatchInlineSnapshot(`
    [
      "ConfigError",
      "EFFECTS",
      "EngineError",
      "Env",
      "GAMES",
      "GameError",
      "HORIZON_LEVELS",
      "LEVELS",
      "LOOKAHEAD_LEVELS",
      "OBSERVATION_MODES",
      "PLAIN_SKIN",
      "REPLY_TAGS",
      "SKIN_LEVELS",
      "StateError",
      "StorageError",
      "THEMES",
      "VectorEnv",
      "VlmGymError",
      "advance",
      "checkConfig",
      "checkVectorFile",
      "createPolicy",
      "createRenderer",
      "decodePng",
      "decodeState",
      "defineGame",
      "deriveSeed",
      "difficulty",
      "difficultyPreset",
      "drawPng",
      "drawSceneOnCanvas",
      "drawState",
      "encodePng",
      "encodeScene",
      "encodeState",
      "endpointPolicy",
      "endpointProviders",
      "envSpec",
      "expertScores",
      "fileReason",
      "forcedPerception",
      "formatGrid",
      "formatReply",
      "frameHash",
      "frameToRgb",
      "frameToRgba",
      "gameList",
      "gameNamed",
      "gameSignal",
      "gridAgreement",
      "gridLayout",
      "gridOf",
      "gridPerception",
      "hasEffects",
      "humanPolicy",
      "inTags",
      "isEndpointName",
      "isGoodMove",
      "isRngState",
      "labelGrid",
      "lastMoment",
      "loadCifar10",
      "lookaheadPolicy",
      "maxReplyChars",
      "maxReplyLength",
      "maxTokenBytes",
      "maxTokenLength",
      "modelInputOf",
      "observationOf",
      "observationSeed",
      "paperReward",
      "paperWeights",
      "parseReply",
      "playGroup",
      "playReply",
      "pngSize",
      "policyNames",
      "protocolLexicon",
      "randomPolicy",
      "readGrid",
      "registerGame",
      "registerPictureSet",
      "regretOf",
      "renderInto",
      "renderScene",
      "renderSkinned",
      "replyOf",
      "rewardOf",
      "rngFromState",
      "rollout",
      "samplerPolicy",
      "sceneToSvg",
      "scriptedPolicy",
      "seededRng",
      "solverPolicy",
      "specConfigOf",
      "specFrom",
      "startSnapshot",
      "stateHash",
      "teacherPolicy",
      "textWidth",
      "themeNamed",
      "totalReward",
      "uniformPolicy",
      "walk",
    ]
  `)
})

it('vlm-gym/testing', () => {
  expect(Object.keys(testing).sort()).toMatchInlineSnapshot(`
    [
      "PLAIN_SKINS",
      "PLAIN_THEME",
      "checkEngine",
      "checkGame",
      "deepFreeze",
      "mockEngine",
      "splitGreedily",
    ]
  `)
})

it('vlm-gym/cli', () => {
  expect(Object.keys(cli).sort()).toMatchInlineSnapshot(`
    [
      "INTERRUPTED",
      "applySettings",
      "checkConfig",
      "collect",
      "createProgress",
      "formatDuration",
      "formatFigure",
      "gatherConfig",
      "interruptible",
      "mergeConfig",
      "parseSetting",
      "readConfigFile",
      "runCli",
      "wholeNumber",
      "withConfigFile",
      "withExamples",
      "withJson",
      "withSeed",
      "withSet",
    ]
  `)
})

it('vlm-gym/teach', () => {
  expect(Object.keys(teach).sort()).toMatchInlineSnapshot(`
    [
      "REASONS",
      "TAUGHT",
      "createDataset",
      "discardDataset",
      "judge",
      "openDataset",
      "parquetFile",
      "quotasOf",
      "readExamples",
      "repliesOf",
      "specsOf",
      "storedConfig",
      "teach",
      "teachConfig",
      "writeParquet",
    ]
  `)
})

it('vlm-gym/server', () => {
  expect(Object.keys(server).sort()).toMatchInlineSnapshot(`
    [
      "modelApp",
      "serveModel",
    ]
  `)
})

it('are the same in the built package, under the names that users import', () => {
  if (!existsSync(`${root}/dist/index.js`)) throw new Error('dist is missing: run `npm run build` first (npm test does it for you)')
  const doors = { 'vlm-gym': library, 'vlm-gym/teach': teach, 'vlm-gym/server': server, 'vlm-gym/testing': testing, 'vlm-gym/cli': cli }
  for (const [name, door] of Object.entries(doors)) {
    const script = `console.log(JSON.stringify(Object.keys(await import('${name}')).sort()))`
    const built = execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: root, encoding: 'utf8' })
    expect(JSON.parse(built)).toEqual(Object.keys(door).sort())
  }
})

it('vlm-gym/report', () => {
  expect(Object.keys(report).sort()).toMatchInlineSnapshot(`
    [
      "aboutText",
      "compareRuns",
      "comparisonCsv",
      "comparisonPage",
      "comparisonText",
      "knownRows",
      "policiesOf",
      "protocolRow",
      "protocolTable",
      "recipeDifferences",
      "replyNotes",
      "reportPage",
      "resultTable",
      "runView",
      "seedFamilies",
      "seedsTable",
      "seedsText",
      "trainingOf",
      "trainingSetups",
      "unreadLines",
      "unreadTexts",
      "writeReport",
    ]
  `)
})

it('vlm-gym/jobs', () => {
  expect(Object.keys(jobs).sort()).toMatchInlineSnapshot(`
    [
      "CHECKPOINT_TOKENS",
      "NO_REQUEST",
      "SCRIPTED",
      "aboutLines",
      "beginRun",
      "checkPlayers",
      "checkSameGames",
      "checkSeeds",
      "checkedEngine",
      "createTrainFolder",
      "createTrainRun",
      "evalConfig",
      "evalEndpoints",
      "evalJobs",
      "evaluateIn",
      "keepEndpoints",
      "keptRequest",
      "loadEngineModule",
      "loadExtras",
      "loadPictures",
      "loadPlugins",
      "newWords",
      "openCheckpoint",
      "openTeacher",
      "openTrainRun",
      "presetResults",
      "readComparedRuns",
      "resolvePlugin",
      "resumeRun",
      "runToEnd",
      "runTrainJob",
      "runningFigures",
      "storedConfig",
      "storedWords",
      "withPlayers",
      "writeSeedsReport",
    ]
  `)
})
