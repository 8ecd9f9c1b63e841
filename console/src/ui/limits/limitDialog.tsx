import {
  Button,
  Group,
  Modal,
  NumberInput,
  SegmentedControl,
  Select,
  Stack,
  Switch,
  TextInput,
} from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { $api, ifMatch, type Schema } from '#api/client';
import { fieldError } from '#api/fieldError';
import { common } from '#texts/common';
import { limits } from '#texts/limits';
import { Answers } from '../answers';
import { ProblemNote } from '../states';
import { toast } from '../toasts';
import { type Target, TargetFields } from './targetFields';

type Limit = Schema<'Limit'>;

const UNITS: Limit['per'][] = ['second', 'minute', 'hour', 'day', 'month'];
const CALLS_MAX = 1_000_000_000;

interface LimitDialogProps {
  /** The limit to change, or `new`. */
  limit: Limit | 'new' | undefined;
  /** Of a new one, to begin with. */
  target: Target;
  onClose: () => void;
}

export function LimitDialog({ limit, target, onClose }: LimitDialogProps) {
  return (
    <Modal
      opened={limit !== undefined}
      onClose={onClose}
      title={limit === 'new' ? limits.createTitle : limits.editTitle}
      closeButtonProps={{ 'aria-label': common.close }}
    >
      {limit && <Form limit={limit === 'new' ? undefined : limit} target={target} onClose={onClose} />}
    </Modal>
  );
}

function Form({ limit, target: first, onClose }: { limit?: Limit; target: Target; onClose: () => void }) {
  const [name, setName] = useState(limit?.name ?? '');
  const [target, setTarget] = useState(limit?.target ?? first);
  const [calls, setCalls] = useState<number | string>(limit?.calls ?? 60);
  const [per, setPer] = useState(limit?.per ?? 'minute');
  const [burst, setBurst] = useState<number | string>(limit?.burst ?? '');
  const [mode, setMode] = useState(limit?.mode ?? 'hard');
  const [enabled, setEnabled] = useState(limit?.enabled ?? true);
  const done = {
    meta: { shown: true },
    onSuccess: () => {
      toast(limits.saved);
      onClose();
    },
  };
  const created = $api.useMutation('post', '/api/v1/limits', done);
  const changed = $api.useMutation('patch', '/api/v1/limits/{limit}', done);
  const { error, isPending } = limit ? changed : created;
  const isRate = per !== 'day' && per !== 'month';
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const settings = {
      name: name.trim(),
      calls: Number(calls),
      per,
      burst: isRate && burst !== '' ? Number(burst) : null,
      mode,
      enabled,
    };
    if (limit) {
      const params = { path: { limit: limit.id }, header: ifMatch(limit.revision) };
      changed.mutate({ params, body: settings });
    } else {
      created.mutate({ body: { ...settings, target } });
    }
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        {!limit && <TargetFields target={target} error={fieldError(error, 'target')} onChange={setTarget} />}
        <Group grow align="flex-start">
          <NumberInput
            required
            min={1}
            max={CALLS_MAX}
            allowDecimal={false}
            thousandSeparator=","
            label={limits.calls}
            value={calls}
            error={fieldError(error, 'calls')}
            onChange={setCalls}
          />
          <Select
            allowDeselect={false}
            label={limits.per}
            data={UNITS.map((unit) => ({ value: unit, label: limits.units[unit] }))}
            value={per}
            error={fieldError(error, 'per')}
            onChange={(unit) => unit && setPer(unit)}
          />
        </Group>
        <NumberInput
          min={1}
          max={CALLS_MAX}
          allowDecimal={false}
          thousandSeparator=","
          label={limits.burst}
          description={isRate ? limits.burstHint : limits.burstRateOnly}
          disabled={!isRate}
          value={isRate ? burst : ''}
          error={fieldError(error, 'burst')}
          onChange={setBurst}
        />
        <SegmentedControl
          aria-label={limits.mode}
          value={mode}
          onChange={setMode}
          data={[
            { value: 'hard' as const, label: limits.modes.hard },
            { value: 'soft' as const, label: limits.modes.soft },
          ]}
        />
        <TextInput
          maxLength={100}
          label={limits.name}
          value={name}
          error={fieldError(error, 'name')}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Switch
          label={limits.enabled}
          checked={enabled}
          onChange={(event) => setEnabled(event.currentTarget.checked)}
        />
        {error && <ProblemNote error={error} />}
        <Answers onCancel={onClose}>
          <Button type="submit" loading={isPending}>
            {limit ? common.save : limits.create}
          </Button>
        </Answers>
      </Stack>
    </form>
  );
}
