/** Labelled pictures for games that ask what is on them: the bundled set, and any that a program registers. Isomorphic. */
export { bundledPictures } from './bundled.ts'
export { CIFAR10_CLASSES, parseCifar10Batch } from './cifar10.ts'
export { checkPictureSet, type PictureSet } from './picture-set.ts'
export { pictureSetNamed, pictureSetNames, registerPictureSet } from './registry.ts'
