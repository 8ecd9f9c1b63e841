import { Button } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import { useState } from 'react';
import { $api } from '#api/client';
import { byCursor, itemsOf } from '#api/pages';
import { tokenList, tokens as tokenTexts } from '#texts/tokens';
import { Empty, Loaded } from '../states';
import { type Token, TokenRows } from './tokenRows';
import { type TokenSearch, tokenQuery } from './tokenSearch';

interface TokenTableProps {
  filters: TokenSearch;
  openId: string | undefined;
  onOpen: (token: Token) => void;
  onCreate: () => void;
}

/** The tokens that fit, page by page. */
export function TokenTable({ filters, openId, onOpen, onCreate }: TokenTableProps) {
  const [now] = useState(Date.now);
  const query = { ...tokenQuery(filters, now), limit: 100 };
  const tokens = $api.useInfiniteQuery('get', '/api/v1/tokens', { params: { query } }, byCursor);
  const { owner: _owner, ...narrowing } = filters;
  const filtered = Object.values(narrowing).some((value) => value !== undefined);
  return (
    <Loaded query={tokens}>
      {(data) => {
        const rows = itemsOf(data);
        if (rows.length === 0) return <NoTokens filtered={filtered} onCreate={onCreate} />;
        return (
          <TokenRows
            rows={rows}
            openId={openId}
            onOpen={onOpen}
            more={tokens.hasNextPage}
            onEnd={tokens.fetchNextPage}
          />
        );
      }}
    </Loaded>
  );
}

function NoTokens({ filtered, onCreate }: { filtered: boolean; onCreate: () => void }) {
  if (filtered) {
    return (
      <Empty icon={<IconKey />} title={tokenList.emptyFiltered}>
        {tokenList.emptyFilteredText}
      </Empty>
    );
  }
  return (
    <Empty
      icon={<IconKey />}
      title={tokenList.empty}
      action={<Button onClick={onCreate}>{tokenTexts.create}</Button>}
    >
      {tokenList.emptyText}
    </Empty>
  );
}
