import { Group, SegmentedControl } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { createFileRoute } from '@tanstack/react-router';
import { $api } from '#api/client';
import { useApps } from '#api/directory';
import { useMay } from '#api/session';
import { apps as texts } from '#texts/apps';
import { common } from '#texts/common';
import { Catalog } from '#ui/apps/catalog';
import { OwnApps } from '#ui/apps/ownApps';
import { ButtonLink } from '#ui/links';
import { Page } from '#ui/page';
import { SearchField } from '#ui/searchField';
import { Forbidden, Loaded } from '#ui/states';

interface Search {
  view?: 'catalog';
  search?: string;
  category?: string;
  /** An app of the catalog that is looked at. */
  entry?: string;
}

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);

export const Route = createFileRoute('/_console/apps/')({
  validateSearch: (search): Search => ({
    view: search.view === 'catalog' ? 'catalog' : undefined,
    search: text(search.search),
    category: text(search.category),
    entry: text(search.entry),
  }),
  component: Apps,
});

function Apps() {
  const { view, search, category, entry } = Route.useSearch();
  const navigate = Route.useNavigate();
  const may = useMay();
  const own = useApps();
  const catalog = $api.useQuery('get', '/api/v1/catalog');
  const show = (next: Search) => void navigate({ search: next, replace: next.view === view });
  return (
    <Page
      title={texts.title}
      description={texts.description}
      actions={
        <ButtonLink
          to="/apps/new"
          leftSection={<IconPlus size={16} aria-hidden />}
          disabled={!may('apps:write')}
          title={may('apps:write') ? undefined : common.needs('apps:write')}
        >
          {texts.add}
        </ButtonLink>
      }
    >
      <Group>
        <SegmentedControl
          aria-label={texts.views}
          value={view ?? 'own'}
          onChange={(value) => show({ view: value === 'catalog' ? 'catalog' : undefined, search })}
          data={[
            { value: 'own', label: texts.own(own.data?.length) },
            { value: 'catalog', label: texts.catalog(catalog.data?.items.length) },
          ]}
        />
        <SearchField
          label={texts.search}
          value={search}
          onChange={(words) => show({ view, category, search: words })}
          flex="1 1 220px"
          maw={420}
        />
      </Group>
      {may('apps:read') ? (
        <Loaded query={own}>
          {(apps) =>
            view === 'catalog' ? (
              <Loaded query={catalog}>
                {({ items }) => (
                  <Catalog
                    entries={items}
                    own={apps}
                    search={search}
                    category={category}
                    entry={entry}
                    onView={(next) => show({ view, search, ...next })}
                  />
                )}
              </Loaded>
            ) : (
              <OwnApps apps={apps} search={search} />
            )
          }
        </Loaded>
      ) : (
        <Forbidden permission="apps:read" />
      )}
    </Page>
  );
}
