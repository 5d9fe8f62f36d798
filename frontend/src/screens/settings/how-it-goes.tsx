import {ago} from '../../app/time'
import {sizeOf} from '../../chat/size'
import {base} from '../../lib/base'
import {useAnswer} from '../../ui/answer'
import {average, sums, type Sum} from './numbers'
import {says as all} from './strings'

const says = all.goes
const SECONDS = new Intl.NumberFormat(undefined, {style: 'unit', unit: 'second', unitDisplay: 'narrow', maximumSignificantDigits: 2})

/** How turns, agents and the disk did since Janus started. */
export function HowItGoes() {
  const {value: text, busy, again} = useAnswer(readMetrics, [])
  if (busy) return <p class="hint">{says.wait}</p>
  if (!text) return (
    <div class="stack">
      <p>{says.unknown}</p>
      <button type="button" class="button" onClick={() => void again()}>{says.again}</button>
    </div>
  )
  const sum = sums(text)
  return (
    <>
      <dl class="card about facts">
        {facts(sum).map(([what, value]) => [<dt key={what}>{what}</dt>, <dd>{value}</dd>])}
      </dl>
      <p class="hint">{since(sum)} {says.more}</p>
    </>
  )
}

/** Nothing where there is none. */
async function readMetrics(): Promise<string> {
  const answer = await fetch(`${base}/metrics`).catch(() => null)
  return answer?.ok ? await answer.text().catch(() => '') : ''
}

function facts(sum: Sum): [string, string][] {
  const turns = 'gen_ai_invoke_agent_duration_seconds'
  const unused = ['idle', 'crashed', 'limit'].reduce((all, reason) => all + sum('janus_sessions_ended_total', {reason}), 0)
  const told = (outcome: string) => sum('janus_notifications_total', {outcome})
  const memory = sum('process_resident_memory_bytes')
  return [
    [says.turns, says.some(sum(`${turns}_count`), says.failed, sum(`${turns}_count`, {stop_reason: 'failed'}))],
    [says.takes, seconds(average(sum, turns))],
    [says.first, seconds(average(sum, 'gen_ai_client_operation_time_to_first_chunk_seconds'))],
    [says.waiting, String(sum('janus_messages_waiting'))],
    [says.deaths, String(sum('janus_agent_deaths_total'))],
    [says.unused, String(unused)],
    [says.told, says.some(told('sent'), says.unseen, told('unseen'))],
    [says.saves, says.some(sum('janus_saves_total'), says.failed, sum('janus_saves_total', {outcome: 'failed'}))],
    [says.logs, sizeOf(sum('janus_log_bytes'))],
    [says.snapshots, sum('janus_snapshots_dropped') ? says.dropped(sizeOf(sum('janus_snapshot_bytes')), sum('janus_snapshots_dropped')) : sizeOf(sum('janus_snapshot_bytes'))],
    [says.attachments, sizeOf(sum('janus_attachment_bytes'))],
    // Only Linux tells.
    ...(memory ? [[says.memory, sizeOf(memory)] as [string, string]] : []),
  ]
}

function seconds(count: number | null): string {
  return count === null ? says.none : SECONDS.format(count)
}

function since(sum: Sum): string {
  const started = sum('process_start_time_seconds')
  return started ? says.since(ago(new Date(started * 1000).toISOString(), Date.now(), 'long')) : says.sinceStart
}
