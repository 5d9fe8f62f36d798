import {expect, it, vi} from 'vitest'

import {HowItGoes} from '../../../src/screens/settings/how-it-goes'
import {average, sums} from '../../../src/screens/settings/numbers'
import {draw} from '../../drawn'

const TURNS = 'gen_ai_invoke_agent_duration_seconds'
const TEXT = `# HELP ${TURNS} Turns.
# TYPE ${TURNS} histogram
${TURNS}_count{error_type="",gen_ai_agent_name="claude",stop_reason="end_turn"} 3.0
${TURNS}_count{error_type="AGENT_FAILED",gen_ai_agent_name="claude",stop_reason="failed"} 1.0
${TURNS}_sum{error_type="",gen_ai_agent_name="claude",stop_reason="end_turn"} 9.0
${TURNS}_sum{error_type="AGENT_FAILED",gen_ai_agent_name="claude",stop_reason="failed"} 1.5
janus_log_bytes 4.2e+06
janus_snapshot_bytes 7.5e+06
janus_snapshots_dropped 2.0
odd{a="} 1",b="\\""} 2
`

it('adds up what carries the labels, and averages', () => {
  const sum = sums(TEXT)
  expect(sum(`${TURNS}_count`)).toBe(4)
  expect(sum(`${TURNS}_count`, {stop_reason: 'failed'})).toBe(1)
  expect(average(sum, TURNS)).toBe(2.625)
  expect(average(sum, 'nothing')).toBeNull()
  expect(sum('odd', {a: '} 1'})).toBe(2)
})

it('shows them, and asks again after a failure', async () => {
  const fetch = vi.fn().mockRejectedValueOnce(new TypeError('no network')).mockResolvedValue(new Response(TEXT))
  vi.stubGlobal('fetch', fetch)
  const page = draw(<HowItGoes />)
  await vi.waitFor(() => expect(page.textContent).toContain('Janus did not answer.'))
  page.querySelector('button')!.click()
  await vi.waitFor(() => expect(page.textContent).toContain('4, 1 failed'))
  expect(page.textContent).toContain('2.6s')
  expect(page.textContent).toContain('4.2 MB')
  expect(page.textContent).toContain('7.5 MB; those of 2 ended sessions were dropped')
  vi.unstubAllGlobals()
})
