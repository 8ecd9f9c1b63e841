import { Badge, Group, Stack, Text, Title } from '@mantine/core';
import type { Schema } from '#api/client';
import { reimport as texts } from '#texts/reimport';

/** Names that are shown of one list; the count tells how many there are. */
const NAMES_MAX = 200;

/** What an import adds, changes and removes. */
export function Changes({ result }: { result: Schema<'Reimported'> }) {
  const lists: { key: 'added' | 'removed' | 'kept' | 'own'; color: string }[] = [
    { key: 'added', color: 'teal' },
    { key: 'removed', color: 'red' },
    { key: 'kept', color: 'yellow' },
    { key: 'own', color: 'gray' },
  ];
  const { changed } = result;
  return (
    <Stack>
      <Text role="status">
        {texts.summary(result.added.length, changed.length, result.removed.length, result.unchanged)}
      </Text>
      {changed.length > 0 && (
        <section>
          <Title order={2} size="h5" mb="xs">
            {texts.changed(changed.length)}
          </Title>
          <Stack gap="xs">
            {changed.slice(0, NAMES_MAX).map(({ name, changes }) => (
              <div key={name}>
                <Text span fw={600} className="mono">
                  {name}
                </Text>
                {changes.map(({ part, text, breaking }) => (
                  <Group key={`${part} ${text}`} gap="xs" ml="md">
                    {breaking && (
                      <Badge size="xs" color="red" tt="none">
                        {texts.breaking}
                      </Badge>
                    )}
                    <Text span size="sm">
                      {text}
                    </Text>
                  </Group>
                ))}
              </div>
            ))}
          </Stack>
        </section>
      )}
      {lists.map(({ key, color }) => {
        const names = result[key];
        if (names.length === 0) return null;
        return (
          <section key={key}>
            <Title order={2} size="h5" mb={4}>
              {texts.lists[key](names.length)}
            </Title>
            <Text size="sm" c="dimmed" mb={6}>
              {texts.hints[key]}
            </Text>
            <Group gap={6}>
              {names.slice(0, NAMES_MAX).map((name) => (
                <Badge key={name} variant="light" color={color} tt="none" className="mono">
                  {name}
                </Badge>
              ))}
              {names.length > NAMES_MAX && texts.andMore(names.length - NAMES_MAX)}
            </Group>
          </section>
        );
      })}
    </Stack>
  );
}
