import { createWebhookChannel } from '../webhook.ts';
import { airflow } from './airflow.ts';
import { databricks } from './databricks.ts';
import { githubDispatch } from './github-dispatch.ts';
import { githubWorkflow } from './github-workflow.ts';
import { gitlab } from './gitlab.ts';
import { type Target, type TargetDeps, targetOf } from './trigger.ts';

/** Every kind of target there is. A new one is one file and one line here, and its schema in config/targets.ts. */
export const targets: Readonly<Record<string, (deps: TargetDeps) => Target>> = {
  webhook: createWebhookChannel,
  'github-dispatch': targetOf(githubDispatch),
  'github-workflow': targetOf(githubWorkflow),
  gitlab: targetOf(gitlab),
  airflow: targetOf(airflow),
  databricks: targetOf(databricks),
};

/** Makes one target of each kind. */
export function createTargets(deps: TargetDeps): readonly Target[] {
  return Object.values(targets).map(create => create(deps));
}
