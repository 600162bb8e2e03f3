import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifyTypeProvider,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { Static, TSchema } from 'typebox';
import type { Patience } from './patience.ts';
import type { HttpDeps } from './ports.ts';

/** Gives handlers the types of their route's schemas. */
interface TypeBoxProvider extends FastifyTypeProvider {
  readonly validator: this['schema'] extends TSchema ? Static<this['schema']> : unknown;
  readonly serializer: this['schema'] extends TSchema ? Static<this['schema']> : unknown;
}

export type HttpApp = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxProvider
>;

export interface RouteDeps extends HttpDeps {
  readonly patience: Patience;
}

/** One route: adds itself to the app. */
export type Route = (app: HttpApp, deps: RouteDeps) => void;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The body is handed over as bytes, and its schema is documentation alone. */
    readonly rawBody?: boolean;
    /** Largest body after decompression, bytes; default: limits.bodyBytes. */
    readonly mostBytes?: number;
  }
}
