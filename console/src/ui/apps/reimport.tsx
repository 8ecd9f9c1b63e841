import {
  Alert,
  Badge,
  Button,
  Fieldset,
  Group,
  SegmentedControl,
  Stack,
  Text,
  Textarea,
} from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { client, type Schema } from '#api/client';
import { fieldError } from '#api/fieldError';
import { useMay } from '#api/session';
import { importing } from '#texts/apps';
import { common } from '#texts/common';
import { reimport as texts } from '#texts/reimport';
import { ProblemNote } from '../states';
import { toast } from '../toasts';
import { Changes } from './changes';
import { RulesFields } from './rulesFields';
import { isEntered, NOTHING_ENTERED, SourceFields, type SourceKind, sourceOf } from './source';

type From = 'origin' | SourceKind;

/** Imports an app again: shows what would change, then does it. */
export function Reimporting({ app }: { app: Schema<'App'> }) {
  const ofDefinition = app.kind === 'definition';
  const again = app.origin !== undefined || app.definition?.catalog !== undefined;
  const [from, setFrom] = useState<From>(again ? 'origin' : 'file');
  const [entered, setEntered] = useState(NOTHING_ENTERED);
  const [rules, setRules] = useState(app.rules);
  const [shown, setShown] = useState<Schema<'Reimported'>>();
  const may = useMay()('apps:write');

  const body = async (dryRun: boolean): Promise<Schema<'Reimport'>> => {
    if (ofDefinition) return { definition: entered.text.trim() || undefined, dry_run: dryRun };
    const source = from === 'origin' ? undefined : await sourceOf(from, entered);
    return { ...source, rules, dry_run: dryRun };
  };
  const run = useMutation({
    meta: { shown: true },
    mutationFn: async (dryRun: boolean) => {
      const { data } = await client.POST('/api/v1/apps/{app}/reimport', {
        params: { path: { app: app.id } },
        body: await body(dryRun),
      });
      return data;
    },
    onSuccess: (result) => {
      setShown(result);
      if (result && !result.dry_run) toast(texts.done);
    },
  });
  const ready = ofDefinition
    ? app.definition?.catalog !== undefined || entered.text.trim() !== ''
    : from === 'origin' || isEntered(from, entered);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    run.mutate(true);
  };
  const touched = () => setShown(undefined);
  return (
    <Stack>
      <form onSubmit={submit}>
        <Stack>
          {ofDefinition ? (
            <Textarea
              label={importing.definition}
              description={app.definition?.catalog ? texts.ofCatalog : importing.definitionHint}
              rows={app.definition?.catalog ? 3 : 12}
              disabled={app.definition?.catalog !== undefined}
              classNames={{ input: 'mono' }}
              value={entered.text}
              onChange={(event) => {
                setEntered({ ...entered, text: event.currentTarget.value });
                touched();
              }}
              error={fieldError(run.error, 'definition')}
            />
          ) : (
            <>
              <SegmentedControl
                aria-label={importing.from}
                style={{ alignSelf: 'flex-start' }}
                value={from}
                onChange={(value) => {
                  setFrom(FROM.find((known) => known === value) ?? 'file');
                  touched();
                }}
                data={FROM.filter((value) => value !== 'origin' || again).map((value) => ({
                  value,
                  label: value === 'origin' ? texts.origin : importing.sources[value],
                }))}
              />
              {from === 'origin' ? (
                <Text size="sm">
                  {texts.fromOrigin} <span className="mono">{app.origin}</span>
                </Text>
              ) : (
                <SourceFields
                  kind={from}
                  value={entered}
                  onChange={(next) => {
                    setEntered(next);
                    touched();
                  }}
                  error={run.error}
                />
              )}
              <Fieldset legend={importing.rules}>
                <RulesFields
                  value={rules}
                  onChange={(next) => {
                    setRules(next);
                    touched();
                  }}
                  error={run.error}
                />
              </Fieldset>
            </>
          )}
          {run.error ? <ProblemNote error={run.error} /> : null}
          <Group>
            <Button
              type="submit"
              variant={shown ? 'light' : 'filled'}
              disabled={!ready || !may}
              title={may ? undefined : common.needs('apps:write')}
              loading={run.isPending && run.variables}
            >
              {texts.look}
            </Button>
          </Group>
        </Stack>
      </form>
      {shown && (
        <Stack>
          {shown.breaking && (
            <Alert color="red" variant="light" title={texts.breakingTitle}>
              {texts.breakingText}
            </Alert>
          )}
          <Changes result={shown} />
          {shown.dry_run ? (
            <Group>
              <Button
                color={shown.breaking ? 'red' : undefined}
                loading={run.isPending && !run.variables}
                onClick={() => run.mutate(false)}
              >
                {texts.apply}
              </Button>
              <Text size="sm" c="dimmed">
                {texts.publishedStays}
              </Text>
            </Group>
          ) : (
            <Badge color="teal" variant="light" tt="none">
              {texts.done}
            </Badge>
          )}
        </Stack>
      )}
    </Stack>
  );
}

const FROM: From[] = ['origin', 'file', 'url', 'paste'];
