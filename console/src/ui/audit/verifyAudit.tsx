import { Alert, Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core';
import { IconDownload, IconShieldCheck, IconShieldX } from '@tabler/icons-react';
import { useState } from 'react';
import { $api, type Schema } from '#api/client';
import { audit } from '#texts/audit';
import { common } from '#texts/common';
import { ProblemNote } from '../states';
import { readCheckpoint } from './checkpoint';

/** Looks at every row of the chain, against a checkpoint where one was kept. */
export function VerifyAudit({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={audit.verifyTitle}
      size="lg"
      closeButtonProps={{ 'aria-label': common.close }}
    >
      <Verifying />
    </Modal>
  );
}

function Verifying() {
  const [text, setText] = useState('');
  const verified = $api.useMutation('post', '/api/v1/audit/verify', { meta: { shown: true } });
  const checkpoint = text.trim() ? readCheckpoint(text) : undefined;
  const wrong = text.trim() !== '' && !checkpoint;
  return (
    <Stack>
      <Text size="sm">{audit.verifyText}</Text>
      <Textarea
        autosize
        minRows={2}
        maxRows={8}
        label={audit.checkpoint}
        error={wrong && audit.checkpointWrong}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Group justify="space-between">
        <Button
          component="a"
          variant="subtle"
          href="/api/v1/audit/checkpoint"
          download="gatewright-audit-checkpoint.json"
          leftSection={<IconDownload size={16} />}
        >
          {audit.takeCheckpoint}
        </Button>
        <Button
          leftSection={<IconShieldCheck size={16} />}
          loading={verified.isPending}
          disabled={wrong}
          onClick={() => verified.mutate({ body: { checkpoint } })}
        >
          {audit.verify}
        </Button>
      </Group>
      <Text size="xs" c="dimmed">
        {audit.takeText}
      </Text>
      {verified.error && <ProblemNote error={verified.error} />}
      {verified.data && <Verdict verdict={verified.data} />}
    </Stack>
  );
}

function Verdict({ verdict: { intact, rows, fault, seq } }: { verdict: Schema<'AuditVerdict'> }) {
  if (intact) {
    return (
      <Alert color="teal" icon={<IconShieldCheck aria-hidden />} role="status">
        {audit.intact(rows ?? 0)}
      </Alert>
    );
  }
  return (
    <Alert color="red" icon={<IconShieldX aria-hidden />} title={audit.broken} role="alert">
      {fault} {seq !== undefined && audit.brokenAt(seq)}
    </Alert>
  );
}
