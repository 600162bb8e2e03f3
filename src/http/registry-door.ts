import type { RegistryRecord } from '../domain/registry.ts';

/** What a delivery of the registry's webhooks came with. */
export interface RegistryDelivery {
  readonly id: string;
  readonly timestamp: string;
  readonly signature: string;
  readonly body: Buffer;
}

/** Baselines that follow a model registry. */
export interface RegistryDoor {
  /** Whether a registry is configured. */
  configured(): boolean;
  /**
   * @throws LeewayError LW_BODY_INVALID for what is no event, LW_REGISTRY_AWAY, LW_STORE_AWAY: deliver it again
   */
  handle(
    delivery: string,
    body: Buffer,
  ): Promise<{ readonly record: RegistryRecord; readonly duplicate: boolean }>;
  /** Newest first. */
  recent(limit: number): Promise<readonly RegistryRecord[]>;
}
