import { Button, Group, Modal, SegmentedControl } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus, IconUsersGroup } from '@tabler/icons-react';
import { createFileRoute } from '@tanstack/react-router';
import { $api } from '#api/client';
import { byCursor, itemsOf } from '#api/pages';
import { useMay } from '#api/session';
import { common } from '#texts/common';
import { customers as texts } from '#texts/customers';
import { CreateCustomer } from '#ui/customers/createCustomer';
import { CustomerTable } from '#ui/customers/customerTable';
import { Page } from '#ui/page';
import { SearchField } from '#ui/searchField';
import { Empty, Loaded } from '#ui/states';

interface Search {
  search?: string;
  disabled?: boolean;
}

export const Route = createFileRoute('/_console/customers/')({
  validateSearch: ({ search, disabled }): Search => ({
    search: typeof search === 'string' && search !== '' ? search : undefined,
    disabled: typeof disabled === 'boolean' ? disabled : undefined,
  }),
  component: Customers,
});

function Customers() {
  const { search, disabled } = Route.useSearch();
  const navigate = Route.useNavigate();
  const may = useMay()('customers:write');
  const [adding, { open, close }] = useDisclosure();
  const query = $api.useInfiniteQuery(
    'get',
    '/api/v1/customers',
    { params: { query: { search, disabled, limit: 100 } } },
    byCursor,
  );
  const show = (next: Search) => void navigate({ search: next, replace: true });
  const filtered = search !== undefined || disabled !== undefined;
  const add = (
    <Button
      leftSection={<IconPlus size={16} aria-hidden />}
      onClick={open}
      disabled={!may}
      title={may ? undefined : common.needs('customers:write')}
    >
      {texts.add}
    </Button>
  );
  const customers = itemsOf(query.data);
  const none = query.data !== undefined && customers.length === 0;
  return (
    <Page title={texts.title} description={texts.description} actions={none && !filtered ? undefined : add}>
      {(!none || filtered) && (
        <Group>
          <SegmentedControl
            aria-label={texts.filter}
            value={disabled === undefined ? 'all' : String(disabled)}
            onChange={(value) => show({ search, disabled: value === 'all' ? undefined : value === 'true' })}
            data={[
              { value: 'all', label: texts.all },
              { value: 'false', label: texts.active },
              { value: 'true', label: texts.disabled },
            ]}
          />
          <SearchField
            label={texts.search}
            value={search}
            onChange={(words) => show({ disabled, search: words })}
            flex="1 1 220px"
            maw={420}
          />
        </Group>
      )}
      <Loaded query={query}>
        {() =>
          none ? (
            <Empty
              icon={<IconUsersGroup />}
              title={filtered ? texts.noneTitle : texts.emptyTitle}
              action={filtered ? undefined : add}
            >
              {filtered ? texts.noneText : texts.emptyText}
            </Empty>
          ) : (
            <CustomerTable
              customers={customers}
              more={query.hasNextPage}
              onEnd={() => void query.fetchNextPage()}
            />
          )
        }
      </Loaded>
      <Modal
        opened={adding}
        onClose={close}
        title={texts.add}
        closeButtonProps={{ 'aria-label': common.close }}
      >
        <CreateCustomer onClose={close} />
      </Modal>
    </Page>
  );
}
