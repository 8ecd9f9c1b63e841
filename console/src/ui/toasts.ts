import { notifications } from '@mantine/notifications';
import { asProblem } from '#api/problem';
import { common } from '#texts/common';

const closeButtonProps = { 'aria-label': common.close };

/** Says that something was done. */
export function toast(message: string) {
  notifications.show({ message, color: 'teal', role: 'status', closeButtonProps });
}

/** Says what was done, though perhaps not as one wished. */
export function toastWarnings(warnings: string[]) {
  for (const message of warnings)
    notifications.show({ message, color: 'yellow', role: 'status', autoClose: 12_000, closeButtonProps });
}

/** Says what failed, with the code and what to do. */
export function toastProblem(error: unknown) {
  const problem = asProblem(error);
  const message = problem.status === 412 ? common.changedElsewhere : problem.message;
  notifications.show({
    title: `${problem.title} · ${problem.code}`,
    message,
    color: 'red',
    role: 'alert',
    autoClose: 12_000,
    closeButtonProps,
  });
}
