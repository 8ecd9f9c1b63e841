import {
  Anchor,
  Badge,
  Button,
  Card,
  Drawer,
  Group,
  Select,
  SimpleGrid,
  Stack,
  Text,
  ThemeIcon,
  Title,
} from '@mantine/core';
import { $api, type Schema } from '#api/client';
import { useMay } from '#api/session';
import { apps as texts } from '#texts/apps';
import { common } from '#texts/common';
import { ButtonLink } from '../links';
import { Loaded } from '../states';
import { toast } from '../toasts';
import { CatalogDetail } from './catalogDetail';

type Entry = Schema<'CatalogEntry'>;

interface CatalogProps {
  entries: Entry[];
  /** The account's apps. */
  own: Schema<'App'>[];
  search?: string;
  category?: string;
  /** The key of the app that is looked at. */
  entry?: string;
  onView: (view: { category?: string; entry?: string }) => void;
}

/** The apps that come with Gatewright. */
export function Catalog({ entries, own, search = '', category, entry, onView }: CatalogProps) {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const found = entries.filter((item) => {
    if (category && !item.categories.includes(category)) return false;
    const text = [item.name, item.key, item.description, ...item.categories].join(' ').toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const categories = [...new Set(entries.flatMap((item) => item.categories))].sort();
  const opened = entries.find((item) => item.key === entry);
  return (
    <Stack>
      <Select
        w={220}
        clearable
        aria-label={texts.category}
        placeholder={texts.category}
        data={categories}
        value={category ?? null}
        onChange={(next) => onView({ category: next ?? undefined })}
      />
      {found.length === 0 && <Text c="dimmed">{texts.noneFound}</Text>}
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
        {found.map((item) => (
          <Tile key={item.key} entry={item} own={own} onOpen={() => onView({ category, entry: item.key })} />
        ))}
      </SimpleGrid>
      <Drawer
        opened={opened !== undefined}
        onClose={() => onView({ category })}
        position="right"
        size="lg"
        title={opened?.name}
        closeButtonProps={{ 'aria-label': common.close }}
      >
        {opened && <Opened entry={opened} own={own} />}
      </Drawer>
    </Stack>
  );
}

function Tile({ entry, own, onOpen }: { entry: Entry; own: Schema<'App'>[]; onOpen: () => void }) {
  return (
    <Card withBorder padding="md">
      <Stack gap="sm" h="100%">
        <Group gap="sm" wrap="nowrap">
          <Initial name={entry.name} />
          <div>
            <Title order={2} size="h5">
              {entry.name}
            </Title>
            <Group gap={4}>
              {entry.categories.map((category) => (
                <Badge key={category} size="xs" variant="light" color="gray">
                  {category}
                </Badge>
              ))}
            </Group>
          </div>
        </Group>
        <Text size="sm" flex={1}>
          {entry.description}
        </Text>
        <Group justify="space-between">
          <Button variant="subtle" size="compact-sm" onClick={onOpen} aria-label={texts.details(entry.name)}>
            {texts.ways}
          </Button>
          <AddEntry entry={entry} own={own} />
        </Group>
      </Stack>
    </Card>
  );
}

/** A letter in the place of a logo: no picture is fetched from elsewhere. */
function Initial({ name }: { name: string }) {
  return (
    <ThemeIcon size={40} radius="md" variant="light" aria-hidden>
      <Text span fw={700}>
        {name.slice(0, 1)}
      </Text>
    </ThemeIcon>
  );
}

function AddEntry({ entry, own }: { entry: Entry; own: Schema<'App'>[] }) {
  const may = useMay();
  const there = own.find((app) => app.definition?.catalog === entry.key);
  const add = $api.useMutation('post', '/api/v1/apps', {
    onSuccess: (app) => toast(texts.added(app.title)),
  });
  if (there) {
    return (
      <Group gap="xs">
        <Badge variant="light" color="teal">
          {texts.addedAlready}
        </Badge>
        <ButtonLink to="/apps/$app" params={{ app: there.id }} size="xs" variant="light">
          {texts.open}
        </ButtonLink>
      </Group>
    );
  }
  return (
    <Button
      size="xs"
      loading={add.isPending}
      disabled={!may('apps:write')}
      title={may('apps:write') ? undefined : common.needs('apps:write')}
      onClick={() => add.mutate({ body: { catalog: entry.key } })}
      aria-label={texts.addOne(entry.name)}
    >
      {texts.addShort}
    </Button>
  );
}

function Opened({ entry, own }: { entry: Entry; own: Schema<'App'>[] }) {
  const whole = $api.useQuery('get', '/api/v1/catalog/{catalog_app}', {
    params: { path: { catalog_app: entry.key } },
  });
  return (
    <Stack>
      <Text>{entry.description}</Text>
      <Group justify="space-between">
        <Anchor href={entry.homepage} target="_blank" rel="noreferrer" size="sm">
          {entry.homepage}
        </Anchor>
        <AddEntry entry={entry} own={own} />
      </Group>
      <Loaded query={whole}>{(app) => <CatalogDetail app={app} />}</Loaded>
    </Stack>
  );
}
