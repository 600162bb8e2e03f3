import type { RegistryRecord } from '../../domain/registry.ts';
import type { RegistryStore } from './ports.ts';

/** Events of the registry in memory. */
export function createRegistryTwin(): RegistryStore {
  const records = new Map<string, RegistryRecord>();
  return {
    append: async record => void records.set(record.delivery, record),
    find: async delivery => records.get(delivery) ?? null,
    recent: async limit =>
      [...records.values()].sort((a, b) => b.at - a.at || (a.delivery < b.delivery ? -1 : 1)).slice(0, limit),
  };
}
