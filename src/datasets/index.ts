/** Data sets of a teacher's replies: their files, and how they are read. */
export {
  contentHash,
  createDataset,
  discardDataset,
  EXAMPLES,
  type Example,
  exampleRecord,
  messagesOf,
  openDataset,
  SPLITS,
  type Split,
  textsOf,
} from './example.ts'
export { readExamples, type StoredExample, type StoredExamples } from './read.ts'
