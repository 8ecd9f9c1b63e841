import { Modal, SegmentedControl, Stack } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import type { Schema } from '#api/client';
import { common } from '#texts/common';
import { createServer as texts } from '#texts/servers';
import { toast } from '../toasts';
import { FromApp } from './fromApp';
import { FromFile } from './fromFile';
import { FromScratch } from './fromScratch';
import { SOURCES, type Source } from './listSearch';

interface CreateServerProps {
  source: Source;
  onSource: (source: Source) => void;
  onClose: () => void;
}

/** What each way to make a server needs. */
export interface FromProps {
  onCancel: () => void;
  onMade: (server: Schema<'Server'>) => void;
}

const FORMS = { scratch: FromScratch, app: FromApp, file: FromFile } as const;

/** Makes a server: an empty draft, of an app's operations, or of a file. */
export default function CreateServer({ source, onSource, onClose }: CreateServerProps) {
  const navigate = useNavigate();
  const Form = FORMS[source];
  const onMade = (server: Schema<'Server'>) => {
    toast(texts.created(server));
    void navigate({ to: '/servers/$server/tools', params: { server: server.id } });
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={texts.title}
      size={source === 'app' ? 'xl' : 'lg'}
      closeButtonProps={{ 'aria-label': common.close }}
    >
      <Stack>
        <SegmentedControl
          fullWidth
          aria-label={texts.from}
          value={source}
          onChange={onSource}
          data={SOURCES.map((value) => ({ value, label: texts.sources[value] }))}
        />
        <Form onCancel={onClose} onMade={onMade} />
      </Stack>
    </Modal>
  );
}
