type Label = (value: string | number, index: number, ticks: readonly { value: number }[]) => string;

/** Labels of an axis. A tick that reads like the one before it, in a narrow zoom, goes without. */
export function tickLabels(format: (value: number) => string): Label {
  const text = (value: number) => trimZeros(format(value));
  return (value, index, ticks) => {
    const label = text(Number(value));
    return index > 0 && text(ticks[index - 1].value) === label ? '' : label;
  };
}

/** `100.00 %` reads `100 %` on an axis. */
const trimZeros = (text: string) => text.replace(/\.0+(?!\d)/, '');
