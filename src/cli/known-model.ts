import { nearest } from '../config/nearest.ts';
import { LeewayError } from '../lib/errors.ts';
import type { Service } from './service.ts';
import { printable } from './terminal.ts';

interface Listed {
  readonly model: string;
  readonly environment: string;
  readonly learning: string | null;
}

/**
 * What is known of a model, one entry for each environment. A name that nothing was ever heard of is a mistake in most
 * cases, and would otherwise look like a model without findings.
 *
 * @throws LeewayError LW_NOT_FOUND
 */
export async function knownModel(service: Service, model: string): Promise<readonly Listed[]> {
  const { models } = await service.get<{ models: Listed[] }>('/v1/models');
  const found = models.filter(each => each.model === model);
  if (found.length > 0) return found;
  const like = nearest(
    model,
    models.map(each => each.model),
  );
  const hint = like === null ? '' : ` Did you mean "${printable(like)}"?`;
  throw new LeewayError('LW_NOT_FOUND', `There is no model "${printable(model)}" at ${service.url}.${hint}`);
}
