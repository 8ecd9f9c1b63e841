import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { createFileRoute } from '@tanstack/react-router';
import { useMay } from '#api/session';
import { tokens } from '#texts/tokens';
import { Page } from '#ui/page';
import { Forbidden } from '#ui/states';
import { CreateToken } from '#ui/tokens/createToken';
import { TokenDrawer } from '#ui/tokens/tokenDrawer';
import { TokenFilters } from '#ui/tokens/tokenFilters';
import { type TokenSearch, tokenSearch } from '#ui/tokens/tokenSearch';
import { TokenTable } from '#ui/tokens/tokenTable';

export const Route = createFileRoute('/_console/tokens')({
  validateSearch: (search: Record<string, unknown>): TokenSearch & { token?: string; create?: boolean } => ({
    ...tokenSearch(search),
    token: typeof search.token === 'string' ? search.token : undefined,
    create: search.create === true || undefined,
  }),
  component: Tokens,
});

function Tokens() {
  const may = useMay();
  const { token, create, ...filters } = Route.useSearch();
  const navigate = Route.useNavigate();
  const show = (changes: { token?: string; create?: boolean }) =>
    navigate({ search: (before) => ({ ...before, token: undefined, create: undefined, ...changes }) });
  return (
    <Page
      title={tokens.title}
      description={tokens.description}
      actions={
        <Button leftSection={<IconPlus size={16} />} onClick={() => show({ create: true })}>
          {tokens.create}
        </Button>
      }
    >
      {may('tokens:read') ? (
        <>
          <TokenFilters
            filters={filters}
            onChange={(changes) =>
              navigate({ search: (before) => ({ ...before, ...changes }), replace: true })
            }
          />
          <TokenTable
            filters={filters}
            openId={token}
            onOpen={({ id }) => show({ token: id })}
            onCreate={() => show({ create: true })}
          />
        </>
      ) : (
        <Forbidden permission="tokens:read" />
      )}
      <TokenDrawer token={token} onOpen={(id) => show({ token: id })} onClose={() => show({})} />
      <CreateToken opened={create === true} onClose={() => show({})} />
    </Page>
  );
}
