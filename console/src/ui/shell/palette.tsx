import { Spotlight, type SpotlightActionData, spotlight } from '@mantine/spotlight';
import '@mantine/spotlight/styles.layer.css';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { $api } from '#api/client';
import { useMay } from '#api/session';
import { common } from '#texts/common';
import { navigation } from '#texts/navigation';
import { places } from './places';

/** Goes anywhere by a few letters: places, servers, apps and customers. */
export default function Palette({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const navigate = useNavigate();
  const may = useMay();
  const [query, setQuery] = useState('');
  const servers = $api.useQuery(
    'get',
    '/api/v1/servers',
    { params: { query: { search: query || undefined, limit: 10 } } },
    { enabled: may('servers:read') },
  );
  const customers = $api.useQuery(
    'get',
    '/api/v1/customers',
    { params: { query: { search: query || undefined, limit: 5 } } },
    { enabled: may('customers:read') && query.length > 1 },
  );
  const apps = $api.useQuery(
    'get',
    '/api/v1/apps',
    { params: { query: { limit: 200 } } },
    { enabled: may('apps:read') },
  );
  useEffect(() => {
    if (opened) spotlight.open();
  }, [opened]);

  const allowed = places
    .flatMap((group) => group.places)
    .filter((place) => !place.permission || may(place.permission));
  const words = query.trim().toLowerCase();
  // Where a word begins: who types "sto" means the stock, not customers.
  const fits = (text: string) => ` ${text.toLowerCase()}`.includes(` ${words}`);
  const groups: { group: string; actions: SpotlightActionData[] }[] = [
    {
      group: common.navigation,
      actions: allowed
        .filter((place) => fits(place.title))
        .map((place) => ({ id: place.title, label: place.title, onClick: () => navigate({ to: place.to }) })),
    },
    {
      group: navigation.servers,
      actions: (servers.data?.items ?? []).map((server) => ({
        id: server.id,
        label: server.name,
        description: server.slug,
        onClick: () => navigate({ to: '/servers/$server/tools', params: { server: server.id } }),
      })),
    },
    {
      group: navigation.apps,
      actions: (apps.data?.items ?? [])
        .filter((app) => fits(`${app.title} ${app.key.replaceAll('-', ' ')}`))
        .slice(0, 8)
        .map((app) => ({
          id: app.id,
          label: app.title,
          description: app.key,
          onClick: () => navigate({ to: '/apps/$app', params: { app: app.id } }),
        })),
    },
    {
      group: navigation.customers,
      actions: (customers.data?.items ?? []).map((customer) => ({
        id: customer.id,
        label: customer.name || customer.key,
        description: customer.key,
        onClick: () => navigate({ to: '/customers/$customer', params: { customer: customer.id } }),
      })),
    },
  ];
  return (
    <Spotlight
      // The API has searched servers and customers already.
      filter={(_query, actions) => actions}
      query={query}
      onQueryChange={setQuery}
      actions={groups}
      onSpotlightClose={onClose}
      shortcut={null}
      nothingFound={common.none}
      searchProps={{ placeholder: common.palette, 'aria-label': common.palette }}
    />
  );
}
