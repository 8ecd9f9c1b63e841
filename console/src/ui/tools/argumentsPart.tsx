import { Accordion, Badge, Button, Group, Select, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { toolPanel } from '#texts/tools';
import { typeOf } from '../schemaForm/schema';
import { StateBadge } from '../stateBadge';
import { type Argument, argumentsOf, type Rule, USES, useOf, withRule, withUse } from './settings';
import type { PartProps } from './toolDrawer';
import { ValueField } from './valueField';

const texts = toolPanel.arguments;

/** What becomes of each argument of the action. */
export function ArgumentsPart(props: PartProps) {
  const { action, draft } = props;
  const all = argumentsOf(action.input_schema, draft.settings);
  if (all.length === 0) return <Text c="dimmed">{texts.none}</Text>;
  return (
    <Accordion variant="separated" chevronPosition="left">
      {all.map((argument) => (
        <Accordion.Item key={argument.name} value={argument.name}>
          <Accordion.Control>
            <Summary argument={argument} rule={draft.settings.arguments?.[argument.name] ?? {}} />
          </Accordion.Control>
          <Accordion.Panel>
            <RuleFields {...props} argument={argument} />
          </Accordion.Panel>
        </Accordion.Item>
      ))}
    </Accordion>
  );
}

function Summary({ argument, rule }: { argument: Argument; rule: Rule }) {
  const use = useOf(rule);
  const marks = [
    use === 'asIs' ? undefined : texts.ruled[use],
    rule.rename && texts.ruled.renamed,
    rule.description && texts.ruled.described,
  ].filter((mark) => mark !== undefined && mark !== null && mark !== '');
  return (
    <Group gap="xs">
      <Text className="mono" fw={600}>
        {rule.rename ? `${argument.name} → ${rule.rename}` : argument.name}
      </Text>
      <Text size="xs" c="dimmed">
        {typeOf(argument.schema)}
      </Text>
      {argument.required && (
        <Text size="xs" c="dimmed">
          {texts.required}
        </Text>
      )}
      {argument.gone && (
        <Badge size="xs" color="red" variant="filled">
          {texts.gone}
        </Badge>
      )}
      {marks.map((mark) => (
        <StateBadge key={mark} color="blue">
          {mark}
        </StateBadge>
      ))}
    </Group>
  );
}

function RuleFields(props: PartProps & { argument: Argument }) {
  const { argument, draft, onSettings, problemAt, readOnly } = props;
  const { name, schema } = argument;
  const rule: Rule = draft.settings.arguments?.[name] ?? {};
  const use = useOf(rule);
  const set = (next: Rule) => onSettings({ arguments: withRule(draft.settings, name, next).arguments ?? {} });
  const at = (member: string) => problemAt(`arguments.${name}.${member}`);
  return (
    <Stack>
      {typeof schema.description === 'string' && (
        <Text size="sm" c="dimmed" lineClamp={6}>
          {schema.description}
        </Text>
      )}
      <Select
        label={texts.rule}
        allowDeselect={false}
        disabled={readOnly}
        data={USES.map((value) => ({ value, label: texts.rules[value] }))}
        value={use}
        error={at('hidden') ?? (use === 'hidden' && argument.required ? texts.requiredHidden : undefined)}
        onChange={(value) => {
          const next = USES.find((known) => known === value) ?? 'asIs';
          set(withUse(rule, next, rule.fixed ?? rule.default ?? firstValue(schema)));
        }}
      />
      {(use === 'fixed' || use === 'default') && (
        <ValueField
          label={texts.value[use]}
          schema={schema}
          readOnly={readOnly}
          value={rule[use]}
          error={at(use)}
          onChange={(value) => set({ ...rule, [use]: value })}
        />
      )}
      {(use === 'asIs' || use === 'default') && (
        <>
          <TextInput
            label={texts.rename}
            classNames={{ input: 'mono' }}
            maxLength={64}
            readOnly={readOnly}
            placeholder={name}
            value={rule.rename ?? ''}
            error={at('rename')}
            onChange={(event) => set({ ...rule, rename: event.currentTarget.value })}
          />
          <Textarea
            label={texts.describe}
            autosize
            minRows={2}
            maxLength={2000}
            readOnly={readOnly}
            value={rule.description ?? ''}
            error={at('description')}
            onChange={(event) => set({ ...rule, description: event.currentTarget.value })}
          />
        </>
      )}
      {Object.keys(rule).length > 0 && (
        <Button
          variant="subtle"
          size="xs"
          disabled={readOnly}
          onClick={() => set({})}
          style={{ alignSelf: 'start' }}
        >
          {texts.dropRule}
        </Button>
      )}
    </Stack>
  );
}

/** Something of the right kind to begin with. */
function firstValue(schema: Argument['schema']): unknown {
  if (schema.default !== undefined && schema.default !== null) return schema.default;
  const [first] = Array.isArray(schema.enum) ? schema.enum : [];
  if (first !== undefined && first !== null) return first;
  switch (typeOf(schema)) {
    case 'integer':
    case 'number':
      return 0;
    case 'boolean':
      return false;
    case 'array':
      return [];
    case 'object':
      return {};
    default:
      return '';
  }
}
