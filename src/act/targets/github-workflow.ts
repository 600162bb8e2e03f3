import { githubHeaders, githubOutcome, repositoryUrl } from './github.ts';
import { fillAll } from './order-message.ts';
import { neededSecret, setting, templates } from './settings.ts';
import { isGood, notTheTarget, refused, started, type Trigger } from './trigger.ts';

/** Bounds of GitHub: all inputs together. */
const mostCharacters = 65_535;

/** What is sent unless the settings say otherwise. The workflow must declare every one. */
export const defaultInputs: Readonly<Record<string, string>> = {
  order: '{order}',
  kind: '{kind}',
  model: '{model}',
  environment: '{environment}',
  reason: '{reason}',
  from: '{from}',
  to: '{to}',
  rows: '{rows}',
  callback: '{callback}',
  baselines: '{baselines}',
  callback_token: '{callback_token}',
};

/** GitHub's workflow_dispatch: starts one workflow and learns its run. Asked twice, GitHub starts a second run. */
export const githubWorkflow = (): Trigger => ({
  kind: 'github-workflow',
  check: endpoint => {
    neededSecret(endpoint, 'token');
    setting(endpoint, 'repository');
    setting(endpoint, 'workflow');
  },
  start: async (order, endpoint, call) => {
    const inputs = fillAll(templates(endpoint, 'inputs', defaultInputs), order);
    if (JSON.stringify(inputs).length > mostCharacters)
      return {
        status: refused,
        detail: 'not sent: the inputs are larger than GitHub takes (65,535 characters)',
      };
    const workflow = encodeURIComponent(setting(endpoint, 'workflow'));
    const reply = await call({
      url: repositoryUrl(endpoint, `actions/workflows/${workflow}/dispatches`),
      headers: githubHeaders(endpoint),
      body: JSON.stringify({ ref: setting(endpoint, 'ref'), inputs, return_run_details: true }),
    });
    if (reply.status === 204) return { status: 204 };
    const stranger = notTheTarget(reply, false);
    if (stranger !== null) return stranger;
    if (!isGood(reply.status)) return githubOutcome(reply);
    const { workflow_run_id: run, html_url: page } = reply.json ?? {};
    return { status: reply.status, ...started(run, page) };
  },
});
