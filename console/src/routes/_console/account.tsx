import { Stack, Tabs } from '@mantine/core';
import { createFileRoute } from '@tanstack/react-router';
import { $api } from '#api/client';
import { useMay } from '#api/session';
import { account as texts } from '#texts/account';
import { Brand } from '#ui/account/brand';
import { FormerAliases } from '#ui/account/formerAliases';
import { General } from '#ui/account/general';
import { IssuerList } from '#ui/account/issuerList';
import { SigningSecrets } from '#ui/account/signingSecrets';
import { Page } from '#ui/page';
import { Forbidden, Loaded } from '#ui/states';

const TABS = ['general', 'brand', 'signing'] as const;
type Tab = (typeof TABS)[number];

const tabOf = (value: unknown): Tab | undefined => TABS.find((tab) => tab === value);

export const Route = createFileRoute('/_console/account')({
  validateSearch: (search: Record<string, unknown>): { tab?: Tab } => ({ tab: tabOf(search.tab) }),
  component: Account,
});

function Account() {
  const may = useMay();
  const { tab = 'general' } = Route.useSearch();
  const navigate = Route.useNavigate();
  const query = $api.useQuery('get', '/api/v1/account');
  return (
    <Page title={texts.title}>
      <Tabs
        value={tab}
        onChange={(chosen) => navigate({ search: { tab: tabOf(chosen) }, resetScroll: false })}
        keepMounted={false}
      >
        <Tabs.List mb="md">
          {TABS.map((name) => (
            <Tabs.Tab key={name} value={name}>
              {texts.tabs[name]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Loaded query={query}>
          {(account) => (
            <>
              <Tabs.Panel value="general">
                <Stack gap="xl">
                  <General key={account.revision} account={account} />
                  <FormerAliases account={account} />
                </Stack>
              </Tabs.Panel>
              <Tabs.Panel value="brand">
                <Brand key={account.revision} account={account} />
              </Tabs.Panel>
            </>
          )}
        </Loaded>
        <Tabs.Panel value="signing">
          {may('signers:read') ? (
            <Stack gap="xl">
              <SigningSecrets />
              <IssuerList />
            </Stack>
          ) : (
            <Forbidden permission="signers:read" />
          )}
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
