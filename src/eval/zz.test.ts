import { rm } from 'node:fs/promises'
import { chromium } from 'playwright-core'
import { test } from 'vitest'
import { createRun } from '../runs/index.ts'
import { writeReport } from './report.ts'
import { fillRun, fixtureConfig } from './report-fixture.ts'

test('x', async () => {
  await rm('/tmp/look/run', { recursive: true, force: true })
  const f = await createRun('/tmp/look/run', fixtureConfig)
  await fillRun(f)
  const path = await writeReport(f)
  await f.close()
  const b = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
  for (const scheme of ['light', 'dark'] as const) {
    const p = await b.newPage({ viewport: { width: 1280, height: 900 }, colorScheme: scheme })
    p.on('console', (m) => console.log(m.type(), m.text()))
    p.on('pageerror', (e) => console.log('ERR', e))
    await p.goto(`file://${path}`)
    await p.click('[data-control="next"]'); await p.hover('.plot >> nth=1', {position:{x:180,y:90}})
    const full = (await p.evaluate('document.documentElement.scrollHeight')) as number
    console.log(full)
    for (let y = 0, i = 0; y < full; y += 1300, i++)
      await p.screenshot({
        path: `/tmp/look/${scheme}${i}.png`,
        fullPage: true,
        clip: { x: 0, y, width: 1280, height: Math.min(1300, full - y) },
      })
  }
  const m = await b.newPage({ viewport: { width: 390, height: 900 } }); await m.goto(`file://${path}`)
  console.log(await m.evaluate(`[...document.querySelectorAll('main *')].filter(e=>e.getBoundingClientRect().right>376 && !e.closest('.scroll')).map(e=>e.tagName+'.'+e.className+' '+e.getBoundingClientRect().right).slice(0,12).join(' ; ')`))
  await m.screenshot({path:'/tmp/look/phone.png', fullPage:true})
  await b.close()
})
