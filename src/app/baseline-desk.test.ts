import { expect, it } from 'vitest';
import { absent, alone } from '../elect/election.ts';
import type { BaselineDesk } from '../http/ports.ts';
import { ofLeader } from './baseline-desk.ts';

const calls: string[] = [];
const called = (name: string) => async () => (calls.push(name), {}) as never;
const desk: BaselineDesk = {
  list: called('list'),
  upload: called('upload'),
  cut: called('cut'),
  activate: called('activate'),
};
const all = ({ list, upload, cut, activate }: BaselineDesk) =>
  [list, upload, cut, activate].map(work => (work as () => Promise<unknown>)());

it('only the leader makes and activates baselines; every process lists them, and one that is alone does it all', async () => {
  const [listed, ...refused] = await Promise.allSettled(all(ofLeader(desk, absent.prove)));
  expect(listed!.status).toBe('fulfilled');
  for (const each of refused)
    expect(each).toMatchObject({ status: 'rejected', reason: { code: 'LW_NOT_LEADER', status: 503 } });
  expect(calls.splice(0)).toEqual(['list']);
  await Promise.all(all(ofLeader(desk, alone.prove)));
  expect(calls.sort()).toEqual(['activate', 'cut', 'list', 'upload']);
});
