/** The door `vlm-gym/datasets`: data sets on disk. Those of a teacher's replies, and CIFAR-10 as pictures for games. Needs Node. */
export { loadCifar10 } from './cifar10-files.ts'
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
