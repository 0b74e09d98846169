/** What the gym counts beside requests: episodes begun, replies played, groups scored. */
import { ServerMetrics } from '../metrics.ts'

/** The counters of a server of the games. */
export class GymMetrics extends ServerMetrics {
  readonly resets = this.counter('vlm_gym_resets_total', 'episodes begun, over every door')
  readonly steps = this.counter('vlm_gym_steps_total', 'replies played in episodes, over every door')
  readonly groups = this.counter('vlm_gym_groups_total', 'groups scored')
  readonly groupReplies = this.counter('vlm_gym_group_replies_total', 'replies of groups scored')
}
