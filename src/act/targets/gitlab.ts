import { fillAll } from './order-message.ts';
import { neededSecret, setting, templates } from './settings.ts';
import { isGood, notTheTarget, started, type Trigger } from './trigger.ts';

/** What is sent unless the settings say otherwise. */
const defaultVariables: Readonly<Record<string, string>> = {
  LEEWAY_ORDER: '{order}',
  LEEWAY_KIND: '{kind}',
  LEEWAY_MODEL: '{model}',
  LEEWAY_ENVIRONMENT: '{environment}',
  LEEWAY_REASON: '{reason}',
  LEEWAY_FROM: '{from}',
  LEEWAY_TO: '{to}',
  LEEWAY_ROWS: '{rows}',
  LEEWAY_CALLBACK: '{callback}',
  LEEWAY_BASELINES: '{baselines}',
  LEEWAY_CALLBACK_TOKEN: '{callback_token}',
};

/** A GitLab pipeline, by a trigger token in a form. Asked twice, GitLab makes a second pipeline. */
export const gitlab = (): Trigger => ({
  kind: 'gitlab',
  check: endpoint => {
    neededSecret(endpoint, 'token');
    setting(endpoint, 'project');
  },
  start: async (order, endpoint, call) => {
    const form = new URLSearchParams({
      token: neededSecret(endpoint, 'token').reveal(),
      ref: setting(endpoint, 'ref'),
    });
    const inputs = templates(endpoint, 'inputs', {});
    const fallback = Object.keys(inputs).length === 0 ? defaultVariables : {};
    const variables = templates(endpoint, 'variables', fallback);
    for (const [name, value] of Object.entries(fillAll(variables, order)))
      form.append(`variables[${name}]`, value);
    for (const [name, value] of Object.entries(fillAll(inputs, order))) form.append(`inputs[${name}]`, value);
    const project = encodeURIComponent(setting(endpoint, 'project'));
    const reply = await call({
      url: `${endpoint.url.replace(/\/+$/, '')}/api/v4/projects/${project}/trigger/pipeline`,
      headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
      body: form.toString(),
    });
    const stranger = notTheTarget(reply, false);
    if (stranger !== null) return stranger;
    return isGood(reply.status)
      ? { status: reply.status, ...started(reply.json?.['id'], reply.json?.['web_url']) }
      : { status: reply.status };
  },
});
