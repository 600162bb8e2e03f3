/** Addresses that go into messages. */
export interface Links {
  /** The page of a model. */
  model(model: string, environment: string): string;
  /** The episode of an alert on that page. */
  alert(
    model: string,
    environment: string,
    alert: { readonly policy: string; readonly episode: number },
  ): string;
  /** Its rows with labels over a period (epoch milliseconds), as NDJSON. */
  export(model: string, environment: string, period: { readonly from: number; readonly to: number }): string;
  /** Where the training set of a new version is uploaded as its baseline. */
  baselines(model: string): string;
  /** Where the receiver of an order reports back. */
  callback(order: string): string;
}

/** Links under the address at which this service is reached, e.g. `http://127.0.0.1:8080`. */
export function createLinks(publicUrl: string): Links {
  const base = publicUrl.replace(/\/+$/, '');
  const text = (value: string) => encodeURIComponent(value);
  return {
    model: (model, environment) => `${base}/#/models/${text(model)}?environment=${text(environment)}`,
    alert: (model, environment, { policy, episode }) =>
      `${base}/#/models/${text(model)}?environment=${text(environment)}` +
      `&policy=${text(policy)}&episode=${episode}`,
    export: (model, environment, period) =>
      `${base}/v1/models/${text(model)}/export?environment=${text(environment)}` +
      `&from=${text(iso(period.from))}&to=${text(iso(period.to))}`,
    baselines: model => `${base}/v1/models/${text(model)}/baselines`,
    callback: order => `${base}/v1/retrainings/${text(order)}/events`,
  };
}

/** Epoch milliseconds as RFC 3339 in UTC. */
export function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
