// What a server of a type in a place costs, as the catalog of its provider has it. Asked once for each provider, when
// one of its rows is first seen; a provider whose catalog cannot be had has no prices.
import {get} from './api.js';

const catalogs = new Map();

export function catalogOf(provider) {
  if (!catalogs.has(provider)) {
    const made = get(`/v1/catalog?${new URLSearchParams({provider})}`).then((catalog) => {
      const prices = new Map();
      for (const type of catalog.server_types)
        for (const where of type.locations)
          prices.set(`${type.name} ${where.location}`, where);
      return {currency: catalog.currency, prices};
    }).catch(() => {
      setTimeout(() => catalogs.delete(provider), 60000);
      return {currency: '', prices: new Map()};
    });
    catalogs.set(provider, made);
  }
  return catalogs.get(provider);
}

export async function pricePerMonth(provider, type, location) {
  const {currency, prices} = await catalogOf(provider);
  return {currency, amount: prices.get(`${type} ${location}`)?.monthly_net ?? null};
}

// What is at an end, or has no server yet, costs nothing.
export const costs = (state) => !['accepted', 'key_created', 'failed', 'terminated'].includes(state);
