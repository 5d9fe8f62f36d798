import {base} from '../lib/base'
import {removeItems} from './local-storage'
import {LIKE} from './preferences'

/** Remove what this device knows of Janus, except how its user likes the page, and what was not sent. */
export function forgetJanus(): void {
  removeItems(LIKE)
  void forgetNotifications().catch(() => {})
}

async function forgetNotifications(): Promise<void> {
  const registration = await (navigator as Partial<Navigator>).serviceWorker?.getRegistration(`${base}/`)
  if (!registration) return
  for (const shown of await registration.getNotifications()) shown.close()
  await (await registration.pushManager.getSubscription())?.unsubscribe()
}
