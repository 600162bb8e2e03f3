import { budgetIid } from './budget-iid.ts';
import { cost } from './cost.ts';
import { costWindow } from './cost-window.ts';
import { effect } from './effect.ts';
import { effectOfNothing } from './effect-nothing.ts';
import { knownData } from './known-data.ts';
import { power } from './power.ts';
import { sameAnswer } from './same-answer.ts';
import { serviceChecks } from './service-checks.ts';
import { serviceVolume } from './service-volume.ts';
import { smallest } from './smallest-detectable.ts';
import { streamsAlarms, streamsLevel } from './streams.ts';
import { streamsDelay } from './streams-delay.ts';
import { streamsHoliday } from './streams-holiday.ts';
import { streamsLearning } from './streams-learning.ts';
import type { Calibration } from './table.ts';
import { typeOne } from './type-one.ts';
import { typeOneTail } from './type-one-tail.ts';

/** Every table, in the order of the page. A new one is one file and one line here. */
export const calibrations: readonly Calibration[] = [
  typeOne,
  typeOneTail,
  power,
  smallest,
  effect,
  effectOfNothing,
  budgetIid,
  knownData,
  sameAnswer,
  serviceChecks,
  serviceVolume,
  streamsAlarms,
  streamsLevel,
  streamsDelay,
  streamsHoliday,
  streamsLearning,
  cost,
  costWindow,
];
