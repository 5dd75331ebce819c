import { fileName as safeName } from '../../src-main/contract/index.ts';

/** Hands text to the person: as a file, or on the clipboard. */

export function download(fileName: string, text: string, type: string): void {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = safeName(fileName);
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/**
 * Copies within a click. The asynchronous clipboard needs a permission that the app denies, so the older command is
 * tried where it is refused.
 * @throws where neither is allowed
 */
export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.createElement('textarea');
    area.value = text;
    area.className = 'visually-hidden';
    document.body.append(area);
    area.select();
    const isDone = document.execCommand('copy');
    area.remove();
    if (!isDone) throw new Error('The clipboard refused the text.');
  }
}
