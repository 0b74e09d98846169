/** The drawings that make-pictures.mjs takes: which hands there are, and which of their drawings show which class, `hand/name`. */

/** Artwork by hand: the npm package of SVG bodies that it is taken from, and who and what must be named. */
export const HANDS = {
  noto: {
    title: 'Noto Emoji',
    package: '@iconify-json/noto',
    version: '1.2.9',
    by: 'Copyright 2013 Google, Inc. and the Noto Emoji authors',
    source: 'https://github.com/googlefonts/noto-emoji',
    licence: 'Apache License 2.0, the text of which is the file LICENSE of vlm-gym',
  },
  noto1: {
    title: 'Noto Emoji, first design',
    package: '@iconify-json/noto-v1',
    version: '1.2.5',
    by: 'Copyright 2013 Google, Inc. and the Noto Emoji authors',
    source: 'https://github.com/googlefonts/noto-emoji',
    licence: 'Apache License 2.0, the text of which is the file LICENSE of vlm-gym',
  },
  twemoji: {
    title: 'Twemoji',
    package: '@iconify-json/twemoji',
    version: '1.2.5',
    by: 'Copyright Twitter, Inc. and other contributors',
    source: 'https://github.com/jdecked/twemoji',
    licence: 'CC BY 4.0, https://creativecommons.org/licenses/by/4.0/',
  },
  fluent: {
    title: 'Fluent Emoji, flat',
    package: '@iconify-json/fluent-emoji-flat',
    version: '1.2.6',
    by: 'Copyright (c) Microsoft Corporation',
    source: 'https://github.com/microsoft/fluentui-emoji',
    licence: 'MIT; see MIT-Fluent-Emoji.txt',
  },
  fxemoji: {
    title: 'FxEmojis (Firefox OS Emoji)',
    package: '@iconify-json/fxemoji',
    version: '1.2.2',
    by: 'Copyright 2015 Mozilla Foundation; visual design by Mozilla',
    source: 'https://github.com/mozilla/fxemoji',
    licence:
      'CC BY 4.0 for the visual design, https://creativecommons.org/licenses/by/4.0/ (the npm package names Apache License 2.0, the licence of its code)',
  },
  emojione: {
    title: 'EmojiTwo',
    package: '@iconify-json/emojione',
    version: '1.2.3',
    by: 'Provided by EmojiTwo, originally released as Emoji One 2.2 (https://www.emojione.com) by Ranks.com, with contributions from the EmojiTwo community',
    source: 'https://github.com/EmojiTwo/emojitwo',
    licence: 'CC BY 4.0, https://creativecommons.org/licenses/by/4.0/',
  },
  streamline: {
    title: 'Streamline Emojis',
    package: '@iconify-json/streamline-emojis',
    version: '1.2.4',
    by: 'By Streamline (Webalys), https://streamlinehq.com',
    source: 'https://github.com/webalys-hq/streamline-vectors',
    licence: 'CC BY 4.0, https://creativecommons.org/licenses/by/4.0/',
  },
}

const list = (text) => text.trim().split(/\s+/)

/** `turning`: degrees to either side. Test drawings show up in no training picture. */
export const CLASSES = {
  airplane: {
    turning: 20,
    train: list(`
      noto/airplane noto1/airplane twemoji/airplane fluent/airplane fxemoji/airplane noto/airplane-arrival twemoji/airplane-arrival
      fluent/airplane-arrival noto1/airplane-arrival noto/small-airplane noto1/small-airplane twemoji/small-airplane
      noto/airplane-departure noto1/airplane-departure fluent/airplane-departure`),
    test: list('emojione/airplane emojione/small-airplane fluent/small-airplane streamline/airplane emojione/airplane-departure'),
  },
  automobile: {
    turning: 5,
    train: list(`
      noto/automobile noto1/automobile twemoji/automobile fxemoji/automobile emojione/automobile noto/oncoming-automobile
      twemoji/oncoming-automobile emojione/oncoming-automobile noto/taxi twemoji/taxi emojione/taxi noto1/oncoming-taxi noto/police-car
      twemoji/oncoming-police-car noto/sport-utility-vehicle noto1/sport-utility-vehicle fluent/sport-utility-vehicle twemoji/racing-car`),
    test: list(
      'fluent/automobile streamline/automobile emojione/sport-utility-vehicle fxemoji/oncomingautomobile fluent/taxi emojione/police-car',
    ),
  },
  bird: {
    turning: 6,
    train: list(`
      noto/bird twemoji/bird fluent/bird noto/eagle fluent/eagle noto/owl fluent/owl twemoji/parrot fluent/parrot noto/duck fluent/duck
      twemoji/penguin noto1/rooster fluent/rooster twemoji/flamingo noto/goose twemoji/swan noto1/baby-chick`),
    test: list('emojione/bird emojione/owl noto/parrot emojione/duck streamline/bird-2 emojione/penguin'),
  },
  cat: {
    turning: 6,
    train: list(`
      noto/cat noto1/cat twemoji/cat fluent/cat noto/black-cat twemoji/black-cat noto/cat-face noto1/cat-face twemoji/cat-face
      fluent/cat-face fxemoji/cat emojione/grinning-cat-face noto/pouting-cat twemoji/cat-with-wry-smile noto1/grinning-cat
      fluent/pouting-cat emojione/kissing-cat-face`),
    test: list('emojione/cat emojione/cat-face streamline/cat fluent/black-cat streamline/cat-face streamline/kissing-cat-face'),
  },
  deer: {
    turning: 9,
    train: list('noto/deer noto1/deer twemoji/deer fluent/deer noto/moose twemoji/moose'),
    test: list('emojione/deer fluent/moose'),
  },
  dog: {
    turning: 6,
    train: list(`
      noto/dog noto1/dog twemoji/dog fluent/dog noto/dog-face twemoji/dog-face fluent/dog-face fxemoji/dogside fxemoji/dog noto/poodle
      twemoji/poodle fluent/poodle noto1/poodle noto/guide-dog noto/service-dog twemoji/guide-dog fluent/service-dog fxemoji/poodle`),
    test: list('emojione/dog streamline/dog streamline/dog-face twemoji/service-dog streamline/poodle emojione/poodle'),
  },
  frog: {
    turning: 10,
    train: list('noto/frog noto1/frog twemoji/frog fluent/frog fxemoji/frog'),
    test: list('emojione/frog-face streamline/frog-face'),
  },
  horse: {
    turning: 7,
    train: list(`
      noto/horse noto1/horse twemoji/horse fluent/horse fxemoji/horse noto/horse-face noto1/horse-face twemoji/horse-face
      fluent/horse-face fxemoji/horseface noto/carousel-horse twemoji/carousel-horse fluent/carousel-horse`),
    test: list('emojione/horse streamline/horse emojione/horse-face streamline/horse-face emojione/carousel-horse noto1/carousel-horse'),
  },
  ship: {
    turning: 3,
    train: list(`
      noto/ship noto1/ship twemoji/ship fluent/ship fxemoji/ship noto/ferry twemoji/ferry fluent/ferry noto/sailboat twemoji/sailboat
      fluent/sailboat fxemoji/sailboat noto/motor-boat fluent/motor-boat noto/passenger-ship fluent/passenger-ship twemoji/speedboat
      noto1/speedboat`),
    test: list('emojione/ship emojione/ferry noto1/sailboat streamline/sailboat emojione/sailboat streamline/speedboat'),
  },
  truck: {
    turning: 5,
    train: list(`
      noto/delivery-truck noto1/delivery-truck twemoji/delivery-truck fxemoji/deliverytruck noto/articulated-lorry noto1/articulated-lorry
      twemoji/articulated-lorry fxemoji/articulatedlorry fluent/articulated-lorry noto/pickup-truck twemoji/pickup-truck
      noto/fire-engine noto1/fire-engine twemoji/fire-engine`),
    test: list(
      'emojione/delivery-truck emojione/articulated-lorry fluent/pickup-truck streamline/delivery-truck fluent/fire-engine emojione/fire-engine',
    ),
  },
}
