import { Alert, Group } from '@mantine/core';
import { createFileRoute, Outlet } from '@tanstack/react-router';
import { $api, type Schema } from '#api/client';
import { customers as texts } from '#texts/customers';
import { CopyText } from '#ui/copy';
import { TextLink } from '#ui/links';
import { LinkTab, LinkTabs, ownAddress } from '#ui/linkTabs';
import { Page } from '#ui/page';
import { StateBadge } from '#ui/stateBadge';
import { Loaded } from '#ui/states';

export const Route = createFileRoute('/_console/customers/$customer')({ component: Customer });

function Customer() {
  const { customer } = Route.useParams();
  const query = $api.useQuery('get', '/api/v1/customers/{customer}', { params: { path: { customer } } });
  return <Loaded query={query}>{(data) => <Opened customer={data} />}</Loaded>;
}

function Opened({ customer }: { customer: Schema<'Customer'> }) {
  // By the id, so that a key that looks like a path is none.
  const params = { customer: customer.id };
  return (
    <Page
      title={customer.name || customer.key}
      crumbs={[
        <TextLink key="customers" to="/customers">
          {texts.title}
        </TextLink>,
      ]}
      badges={
        <StateBadge color={customer.disabled ? 'red' : 'teal'}>
          {customer.disabled ? texts.disabled : texts.active}
        </StateBadge>
      }
      description={
        <Group gap="md">
          <CopyText text={customer.key} label={texts.copyKey} />
          <CopyText text={customer.id} label={texts.copyId} />
        </Group>
      }
    >
      {customer.disabled && (
        <Alert color="yellow" variant="light">
          {texts.shutOut}
        </Alert>
      )}
      <LinkTabs label={texts.tabs.label}>
        <LinkTab to="/customers/$customer" params={params} activeOptions={ownAddress}>
          {texts.tabs.connections}
        </LinkTab>
        <LinkTab to="/customers/$customer/links" params={params} activeOptions={ownAddress}>
          {texts.tabs.links}
        </LinkTab>
        <LinkTab to="/customers/$customer/tokens" params={params} activeOptions={ownAddress}>
          {texts.tabs.tokens}
        </LinkTab>
        <LinkTab to="/customers/$customer/tools" params={params} activeOptions={ownAddress}>
          {texts.tabs.tools}
        </LinkTab>
        <LinkTab to="/customers/$customer/chats" params={params} activeOptions={ownAddress}>
          {texts.tabs.chats}
        </LinkTab>
        <LinkTab to="/customers/$customer/connect" params={params} activeOptions={ownAddress}>
          {texts.tabs.connect}
        </LinkTab>
        <LinkTab to="/customers/$customer/settings" params={params} activeOptions={ownAddress}>
          {texts.tabs.settings}
        </LinkTab>
      </LinkTabs>
      <Outlet />
    </Page>
  );
}
