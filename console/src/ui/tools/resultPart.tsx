import { Fieldset, NumberInput, SimpleGrid, Stack, TagsInput, Text } from '@mantine/core';
import { useMemo } from 'react';
import { toolPanel } from '#texts/tools';
import { PaginationFields } from './paginationFields';
import { pathsOf } from './settings';
import type { PartProps } from './toolDrawer';

const texts = toolPanel.result;

/** What becomes of an answer, and how a call is made. */
export function ResultPart(props: PartProps) {
  const { action, draft, onSettings, problemAt, readOnly } = props;
  const { settings } = draft;
  const paths = useMemo(() => (action.output_schema ? pathsOf(action.output_schema) : []), [action]);
  const wrongPath = (settings.projection ?? [])
    .map((_path, index) => problemAt(`projection[${index}]`))
    .find((problem) => problem !== undefined);
  const number = (
    name: 'result_budget_tokens' | 'timeout_ms' | 'cache_seconds',
    min: number,
    max: number,
  ) => ({
    min,
    max,
    clampBehavior: 'none' as const,
    allowDecimal: false,
    thousandSeparator: ',',
    placeholder: texts.usual,
    readOnly,
    value: settings[name] ?? '',
    error: problemAt(name),
    onChange: (value: string | number) => onSettings({ [name]: value === '' ? null : Number(value) }),
  });
  return (
    <Stack>
      <TagsInput
        label={texts.projection}
        description={texts.projectionHint}
        placeholder={texts.projectionAdd}
        data={paths}
        maxDropdownHeight={280}
        clearable
        readOnly={readOnly}
        value={settings.projection ?? []}
        error={problemAt('projection') ?? wrongPath}
        onChange={(projection) => onSettings({ projection })}
      />
      {paths.length === 0 && (
        <Text size="xs" c="dimmed">
          {texts.noOutput}
        </Text>
      )}
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <NumberInput
          label={texts.budget}
          description={texts.budgetHint}
          {...number('result_budget_tokens', 100, 250_000)}
        />
        <NumberInput
          label={texts.timeout}
          description={texts.timeoutHint}
          {...number('timeout_ms', 100, 300_000)}
        />
        <NumberInput
          label={texts.cache}
          description={action.safe ? texts.cacheHint : texts.safeOnly}
          {...number('cache_seconds', 1, 86_400)}
          disabled={!action.safe}
        />
      </SimpleGrid>
      <Fieldset legend={toolPanel.pagination.title}>
        <PaginationFields {...props} />
      </Fieldset>
    </Stack>
  );
}
