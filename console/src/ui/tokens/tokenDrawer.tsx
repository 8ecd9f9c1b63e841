import { Anchor, Button, Code, Drawer, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { $api, ifMatch, type Schema } from '#api/client';
import { useNames } from '#api/names';
import { useMay, useSession } from '#api/session';
import { common } from '#texts/common';
import { tokenList } from '#texts/tokens';
import { Confirm } from '../confirm';
import { Facts } from '../facts';
import { When } from '../figures';
import { TextLink } from '../links';
import { Loaded } from '../states';
import { toast } from '../toasts';
import { EditToken } from './editToken';
import { RotateToken } from './rotateToken';
import { State, useOwner } from './tokenRows';

type Token = Schema<'Token'>;
type Act = 'edit' | 'rotate' | 'revoke' | 'remove';

const texts = tokenList.facts;

interface Links {
  onOpen: (token: string) => void;
  onClose: () => void;
}

interface TokenDrawerProps extends Links {
  token: string | undefined;
}

/** One token, and what can be done with it. */
export function TokenDrawer({ token, onOpen, onClose }: TokenDrawerProps) {
  const query = $api.useQuery(
    'get',
    '/api/v1/tokens/{token}',
    { params: { path: { token: token ?? '' } } },
    { enabled: token !== undefined },
  );
  return (
    <Drawer
      opened={token !== undefined}
      onClose={onClose}
      position="right"
      size="lg"
      title={<Text fw={650}>{query.data?.name}</Text>}
      closeButtonProps={{ 'aria-label': common.close }}
    >
      <Loaded query={query}>{(data) => <Opened token={data} onOpen={onOpen} onClose={onClose} />}</Loaded>
    </Drawer>
  );
}

function Opened({ token, onOpen, onClose }: Links & { token: Token }) {
  const [act, setAct] = useState<Act>();
  const may = useMay();
  const { user } = useSession();
  const allowed = may('tokens:write') || token.user_id === user?.id;
  const live = token.state === 'live';
  const reason = !allowed ? common.needs('tokens:write') : live ? undefined : tokenList.notLive;
  const removable = !allowed ? common.needs('tokens:write') : live ? tokenList.removeLive : undefined;
  const close = () => setAct(undefined);
  return (
    <Stack>
      <TokenFacts token={token} onOpen={onOpen} />
      <Group gap="xs">
        <Button variant="default" disabled={!!reason} title={reason} onClick={() => setAct('edit')}>
          {tokenList.edit}
        </Button>
        <Button variant="default" disabled={!!reason} title={reason} onClick={() => setAct('rotate')}>
          {tokenList.rotate}
        </Button>
        <Button
          variant="light"
          color="red"
          disabled={!!reason}
          title={reason}
          onClick={() => setAct('revoke')}
        >
          {tokenList.revoke}
        </Button>
        <Button
          variant="subtle"
          color="red"
          disabled={!!removable}
          title={removable}
          onClick={() => setAct('remove')}
        >
          {tokenList.remove}
        </Button>
      </Group>
      <EditToken token={token} opened={act === 'edit'} onClose={close} />
      <RotateToken token={token} opened={act === 'rotate'} onClose={close} />
      <Revoke token={token} opened={act === 'revoke'} onClose={close} />
      <Remove token={token} opened={act === 'remove'} onClose={close} onRemoved={onClose} />
    </Stack>
  );
}

function TokenFacts({ token, onOpen }: { token: Token; onOpen: (token: string) => void }) {
  const may = useMay();
  const ownerOf = useOwner();
  const nameOf = useNames();
  const { scope, permissions = [], networks = [] } = token;
  const list = (names: string[]) => (names.length > 0 ? names.join(', ') : common.none);
  return (
    <Facts
      facts={{
        [tokenList.columns.state]: <State token={token} />,
        [texts.hint]: <Code>{token.hint}…</Code>,
        [texts.owner]: ownerOf(token),
        [texts.description]: token.description || undefined,
        [texts.servers]: scope.servers === 'all' ? common.all : list(scope.servers.only.map(nameOf)),
        [texts.tools]: scope.tools === 'all' ? common.all : list(scope.tools.only),
        [texts.requests]: scope.read_only ? texts.readOnly : texts.readWrite,
        [texts.networks]: networks.length > 0 ? networks.join(', ') : texts.anyNetwork,
        [texts.permissions]: list(permissions),
        [texts.url]: token.allow_in_url ? common.yes : common.no,
        [texts.expires]: (
          <>
            <When at={token.expires_at} /> {token.purge && `(${texts.purged})`}
          </>
        ),
        [texts.lastUsed]: <When at={token.last_used_at} />,
        [texts.created]: (
          <>
            <When at={token.created_at} /> {texts.by(nameOf(token.created_by))}
          </>
        ),
        [texts.revoked]: token.revoked_at ? <When at={token.revoked_at} /> : undefined,
        [texts.replacedBy]: token.replaced_by ? (
          <Replacement id={token.replaced_by} onOpen={onOpen} />
        ) : undefined,
        [texts.calls]: may('requests:read') ? (
          <TextLink size="sm" to="/requests" search={{ principal: token.id }}>
            {texts.logs}
          </TextLink>
        ) : undefined,
      }}
    />
  );
}

function Replacement({ id, onOpen }: { id: string; onOpen: (token: string) => void }) {
  return (
    <Anchor component="button" type="button" size="sm" onClick={() => onOpen(id)}>
      {id}
    </Anchor>
  );
}

interface ActProps {
  token: Token;
  opened: boolean;
  onClose: () => void;
}

function Revoke({ token, opened, onClose }: ActProps) {
  const revoked = $api.useMutation('post', '/api/v1/tokens/{token}/revoke', {
    meta: { shown: true },
    onSuccess: () => {
      toast(tokenList.revoked(token.name));
      onClose();
    },
  });
  return (
    <Confirm
      opened={opened}
      onClose={onClose}
      title={tokenList.revokeTitle(token.name)}
      act={tokenList.revoke}
      pending={revoked.isPending}
      error={revoked.error}
      onConfirm={() => revoked.mutate({ params: { path: { token: token.id } } })}
    >
      {tokenList.revokeText} {common.confirmNoUndo}
    </Confirm>
  );
}

function Remove({ token, opened, onClose, onRemoved }: ActProps & { onRemoved: () => void }) {
  const removed = $api.useMutation('delete', '/api/v1/tokens/{token}', {
    meta: { shown: true },
    onSuccess: () => {
      toast(tokenList.removed(token.name));
      onRemoved();
    },
  });
  return (
    <Confirm
      opened={opened}
      onClose={onClose}
      title={tokenList.removeTitle(token.name)}
      act={tokenList.remove}
      pending={removed.isPending}
      error={removed.error}
      onConfirm={() =>
        removed.mutate({ params: { path: { token: token.id }, header: ifMatch(token.revision) } })
      }
    >
      {tokenList.removeText}
    </Confirm>
  );
}
