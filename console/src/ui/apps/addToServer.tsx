import {
  Button,
  Code,
  Group,
  Modal,
  SegmentedControl,
  Select,
  Stack,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { $api, type Schema } from '#api/client';
import { addToServer as texts } from '#texts/addToServer';
import { common } from '#texts/common';
import { Answers } from '../answers';
import { ProblemNote } from '../states';
import { toast } from '../toasts';
import { TokenMeter } from '../tokenMeter';
import { ActionPicker } from './actionPicker';
import { tokensOf } from './filterActions';
import { useActions } from './useActions';

interface AddToServerProps {
  opened: boolean;
  onClose: () => void;
  app: Pick<Schema<'App'>, 'id' | 'title'>;
  /** The one action that is added; without it, actions of the app are chosen. */
  action?: string;
}

/** Makes tools of an app's actions, on a server that is there or on a new one. */
export function AddToServer(props: AddToServerProps) {
  return (
    <Modal
      opened={props.opened}
      onClose={props.onClose}
      title={texts.title}
      size="xl"
      closeButtonProps={{ 'aria-label': common.close }}
    >
      <Adding {...props} />
    </Modal>
  );
}

function Adding({ onClose, app, action }: AddToServerProps) {
  const navigate = useNavigate();
  const [where, setWhere] = useState<'existing' | 'new'>('existing');
  const [server, setServer] = useState<string | null>(null);
  const [name, setName] = useState('');
  const [description, setDescription] = useState('');
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set(action ? [action] : []));
  const { actions } = useActions(app.id);
  const added = tokensOf(actions, selected);

  const done = (id: string, count: number) => {
    toast(texts.added(count));
    onClose();
    void navigate({ to: '/servers/$server/tools', params: { server: id } });
  };
  const select = $api.useMutation('post', '/api/v1/servers/{server}/tools/select', {
    meta: { shown: true },
    onSuccess: ({ items }, { params }) => done(params.path.server, items.length),
  });
  const create = $api.useMutation('post', '/api/v1/servers', {
    meta: { shown: true },
    onSuccess: (made) => done(made.id, made.tool_count),
  });
  // Names are a long list; whoever wants all is not held to its limit.
  const whole = actions.length > 0 && selected.size === actions.length && !action;
  const selection: Schema<'ToolSelection'> = whole
    ? { app: app.id, deprecated: true }
    : { app: app.id, actions: [...selected] };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (where === 'new') create.mutate({ body: { name, description, tools: [selection] } });
    else if (server) select.mutate({ params: { path: { server } }, body: selection });
  };
  const error = where === 'new' ? create.error : select.error;
  const ready = selected.size > 0 && (where === 'new' ? name.trim() !== '' : server !== null);
  return (
    <form onSubmit={submit}>
      <Stack>
        <SegmentedControl
          aria-label={texts.where}
          value={where}
          onChange={(value) => setWhere(value === 'new' ? 'new' : 'existing')}
          data={[
            { value: 'existing', label: texts.existing },
            { value: 'new', label: texts.new },
          ]}
        />
        {where === 'existing' ? (
          <ServerSelect value={server} onChange={setServer} />
        ) : (
          <>
            <TextInput
              label={texts.name}
              description={texts.nameHint}
              required
              maxLength={300}
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            <Textarea
              label={texts.description}
              maxLength={1000}
              autosize
              maxRows={4}
              value={description}
              onChange={(event) => setDescription(event.currentTarget.value)}
            />
          </>
        )}
        {action ? (
          <Text size="sm">
            {texts.one} <Code>{action}</Code>
          </Text>
        ) : (
          <ActionPicker app={app.id} selected={selected} onChange={setSelected} maxHeight="38vh" />
        )}
        {where === 'existing' && server ? (
          <Budget server={server} added={added} />
        ) : (
          <Group gap="xs">
            <Text size="sm">{texts.cost}</Text>
            <TokenMeter tokens={added} label={texts.cost} />
          </Group>
        )}
        {error ? <ProblemNote error={error} /> : null}
        <Answers onCancel={onClose}>
          <Button type="submit" disabled={!ready} loading={create.isPending || select.isPending}>
            {where === 'new' ? texts.create(selected.size) : texts.add(selected.size)}
          </Button>
        </Answers>
      </Stack>
    </form>
  );
}

interface ServerSelectProps {
  value: string | null;
  onChange: (server: string | null) => void;
}

function ServerSelect({ value, onChange }: ServerSelectProps) {
  const [search, setSearch] = useState('');
  const [words] = useDebouncedValue(search, 200);
  const servers = $api.useQuery(
    'get',
    '/api/v1/servers',
    { params: { query: { limit: 50, search: words || undefined } } },
    { placeholderData: keepPreviousData },
  );
  const items = servers.data?.items ?? [];
  return (
    <>
      <Select
        label={texts.server}
        placeholder={texts.serverPlaceholder}
        nothingFoundMessage={servers.isPending ? common.loading : texts.noServer}
        searchable
        required
        data={items.map(({ id, name, slug }) => ({ value: id, label: `${name} (${slug})` }))}
        // What is chosen is shown by its label; to look for that would find it alone.
        onSearchChange={(text) =>
          setSearch(items.some((item) => text.endsWith(`(${item.slug})`)) ? '' : text)
        }
        value={value}
        onChange={onChange}
      />
      {servers.error ? <ProblemNote error={servers.error} /> : null}
    </>
  );
}

/** What the server's tool list would cost with what is added, against its budget. */
function Budget({ server, added }: { server: string; added: number }) {
  const diff = $api.useQuery('get', '/api/v1/servers/{server}/diff', { params: { path: { server } } });
  if (!diff.data) return null;
  const { tokens, token_budget, token_warning } = diff.data.budget;
  const over = token_budget !== undefined && tokens + added > token_budget;
  return (
    <Stack gap={4}>
      <Group gap="xs">
        <Text size="sm">{texts.costAfter}</Text>
        <TokenMeter
          tokens={tokens + added}
          budget={token_budget}
          warning={token_warning}
          label={texts.costAfter}
        />
      </Group>
      <Text size="xs" c={over ? 'red' : 'dimmed'} role="status">
        {over ? texts.over : texts.now(tokens)}
      </Text>
    </Stack>
  );
}
