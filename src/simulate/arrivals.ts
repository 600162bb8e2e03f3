const day = 86_400_000;

/** When requests are due: how many users, how fast they come, how much they send. */
export interface ArrivalPlan {
  readonly users: number;
  /** Users that begin in a second. */
  readonly spawnRate: number;
  /** Payloads a second of all users together; infinite is as fast as the target takes them. */
  readonly rate: number;
  /** Payloads of one request. */
  readonly batch: number;
  /** Traffic swings by this share over a day of event time. */
  readonly season: number;
}

/** Milliseconds after the start at which a user begins. Users come one by one and then keep even distances. */
export function firstArrival(plan: ArrivalPlan, user: number): number {
  const spawned = (user / plan.spawnRate) * 1000;
  if (!Number.isFinite(plan.rate)) return spawned;
  // Multiples of the golden ratio spread however many users there are.
  const phase = (user * 0.618_033_988_749_895) % 1;
  return spawned + phase * meanGap(plan);
}

/** Milliseconds from one request of a user to its next, at a moment of event time. */
export function gapAt(plan: ArrivalPlan, eventTime: number): number {
  return meanGap(plan) / trafficLevel(plan.season, eventTime);
}

function meanGap({ users, rate, batch }: ArrivalPlan): number {
  return ((users * batch) / rate) * 1000;
}

/** Traffic compared with the mean of the day: lowest at 3:00 UTC, highest at 15:00. */
export function trafficLevel(season: number, eventTime: number): number {
  return 1 + season * dayWave(eventTime);
}

/** From -1 at 3:00 UTC to 1 at 15:00. */
export function dayWave(eventTime: number): number {
  return -Math.cos((2 * Math.PI * ((eventTime % day) - day / 8)) / day);
}
