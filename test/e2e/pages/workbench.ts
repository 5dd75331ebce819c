import { test, type Locator, type Page } from '@playwright/test';
import { DatasetsPage } from './datasets.ts';

/** The window as its user meets it: what can be done on each screen, and where that leads. */

const step = <T>(title: string, action: () => Promise<T>): Promise<T> => test.step(title, action);

export class WelcomePage {
  readonly heading: Locator;
  private readonly page: Page;

  constructor(page: Page) {
    this.page = page;
    this.heading = page.getByRole('heading', { level: 1 });
  }

  runDemoStudy(): Promise<RunsPage> {
    return step('run the demo study', async () => {
      await this.page.getByRole('button', { name: 'Run the demo study' }).click();
      return new RunsPage(this.page);
    });
  }

  openFolderButton(): Locator {
    return this.page.getByRole('button', { name: 'Open a dataset folder' });
  }

  openDatasetFolder(): Promise<DatasetsPage> {
    return step('open a dataset folder', async () => {
      await this.openFolderButton().click();
      return new DatasetsPage(this.page);
    });
  }
}

export class RunsPage {
  private readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** Rows of the runs in this state. */
  rows(status: string): Locator {
    return this.page.getByRole('row').filter({ has: this.page.getByRole('gridcell', { name: status, exact: true }) });
  }

  row(name: RegExp): Locator {
    return this.page.getByRole('row', { name });
  }

  /** Text of a run's cell in the column of this header. */
  cell(name: RegExp, column: number): Locator {
    return this.row(name).getByRole('gridcell').nth(column);
  }

  /** What the toolbar says of the runs ticked. */
  selected(): Locator {
    return this.page.getByRole('toolbar', { name: 'Selected runs' }).getByRole('status');
  }

  header(column: string): Locator {
    return this.page.getByRole('columnheader', { name: column }).getByRole('button');
  }

  sortBy(column: string): Promise<void> {
    return step(`sort by ${column}`, () => this.header(column).click());
  }

  groupByStudy(): Promise<void> {
    return step('group by study', () => this.page.getByRole('checkbox', { name: 'Group by study' }).check());
  }

  openRun(name: RegExp): Promise<RunPage> {
    return step(`open the run ${name.source}`, async () => {
      await this.page.getByRole('link', { name }).first().click();
      return new RunPage(this.page);
    });
  }

  compareAll(): Promise<ComparePage> {
    return step('compare all runs', async () => {
      await this.page.getByRole('checkbox', { name: 'Select all runs shown' }).check();
      await this.page.getByRole('toolbar', { name: 'Selected runs' }).getByRole('link', { name: 'Compare' }).click();
      return new ComparePage(this.page);
    });
  }

  /** Ticks the row, on this page or on that of the trash. */
  tick(name: RegExp): Promise<void> {
    return step(`tick ${name.source}`, () => this.row(name).getByRole('checkbox').check());
  }

  filter(text: string): Promise<void> {
    return step(`filter by “${text}”`, () => this.page.getByRole('searchbox', { name: 'Filter runs' }).fill(text));
  }

  /** A button of the bar that appears once runs are ticked. */
  withSelected(action: string): Promise<void> {
    return step(`${action} what is ticked`, () =>
      this.page.getByRole('toolbar', { name: 'Selected runs' }).getByRole('button', { name: action }).click(),
    );
  }

  /** What is asked before something is done. */
  question(): Locator {
    return this.page.getByRole('alertdialog');
  }

  answer(label: string): Promise<void> {
    return step(`answer “${label}”`, () => this.question().getByRole('button', { name: label }).click());
  }

  openTrash(): Promise<void> {
    return step('open the trash', () => this.page.getByRole('link', { name: 'Trash', exact: true }).click());
  }

  newRun(): Promise<LaunchPage> {
    return step('start a new run', async () => {
      await this.page.getByRole('link', { name: 'New run' }).first().click();
      return new LaunchPage(this.page);
    });
  }
}

export class RunPage {
  private readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  chart(name: RegExp): Locator {
    return this.page.getByRole('img', { name });
  }

  fact(name: string): Locator {
    return this.page.getByText(name, { exact: true }).first();
  }

  /** What stands in small print below a fact. */
  note(name: string): Locator {
    const fact = this.page.locator('dl > div').filter({ has: this.fact(name) });
    return fact.getByRole('definition').nth(1);
  }

  /** What stands over a chart whose range holds no point. */
  noPoint(): Locator {
    return this.page.getByText('No point in this range.');
  }

  /** As a person at the keyboard would: focus, then the keys. */
  pressOn(name: RegExp, key: string, times: number): Promise<void> {
    return step(`press ${key} ${times} times`, async () => {
      const chart = this.chart(name);
      await chart.focus();
      for (let i = 0; i < times; i++) await chart.press(key);
    });
  }

  openMasks(): Promise<MasksPage> {
    return step('open the masks', async () => {
      await this.page.getByRole('link', { name: 'Masks' }).click();
      return new MasksPage(this.page);
    });
  }

  restore(): Promise<void> {
    return step('restore the run', () => this.page.getByRole('button', { name: 'Restore' }).click());
  }

  cancel(): Promise<void> {
    return step('cancel the run', async () => {
      await this.page.getByRole('button', { name: 'Cancel', exact: true }).click();
      await this.page.getByRole('button', { name: 'Cancel run' }).click();
    });
  }

  pause(): Promise<void> {
    return step('pause the run', () => this.page.getByRole('button', { name: 'Pause', exact: true }).click());
  }

  resume(): Promise<void> {
    return step('resume the run', () => this.page.getByRole('button', { name: 'Resume', exact: true }).click());
  }

  status(text: string): Locator {
    return this.page.getByRole('main').getByText(text, { exact: true }).first();
  }

  button(name: string): Locator {
    return this.page.getByRole('main').getByRole('button', { name, exact: true });
  }

  nameField(): Locator {
    return this.page.getByRole('textbox', { name: 'Name of the run' });
  }

  measures(): MeasuresPanel {
    return new MeasuresPanel(this.page.getByRole('region', { name: 'The life of the masks' }));
  }
}

/** The panel of measures on a run's page. */
export class MeasuresPanel {
  readonly alert: Locator;
  readonly chart: Locator;
  private readonly panel: Locator;

  constructor(panel: Locator) {
    this.panel = panel;
    this.alert = panel.getByRole('alert');
    this.chart = panel.getByRole('img');
  }

  field(label: RegExp): Locator {
    return this.panel.getByRole('textbox', { name: label });
  }

  choose(title: string): Promise<void> {
    return step(`measure ${title}`, async () => {
      // Nothing is measured before it is looked at.
      await this.panel.scrollIntoViewIfNeeded();
      await this.panel.getByRole('combobox', { name: 'Measure' }).selectOption({ label: title });
    });
  }
}

export class ComparePage {
  private readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  chart(): Locator {
    return this.page.getByRole('img', { name: /over/ }).first();
  }

  results(): Locator {
    return this.page.getByRole('table', { name: 'Results' }).getByRole('row');
  }

  /** How many of the runs are drawn, where it is not all. */
  drawn(): Locator {
    return this.page.getByText(/are drawn/);
  }

  differences(): Locator {
    return this.page.getByRole('table', { name: 'Configuration keys that differ' });
  }

  chooseAxis(name: string): Promise<void> {
    return step(`draw over ${name}`, () => this.page.getByRole('radio', { name }).check());
  }
}

export class MasksPage {
  readonly slider: Locator;
  readonly layers: Locator;
  readonly alert: Locator;
  private readonly page: Page;

  constructor(page: Page) {
    this.page = page;
    this.slider = page.getByRole('slider', { name: 'Update' });
    this.layers = page.getByRole('group', { name: 'Layer' }).getByRole('radio');
    this.alert = page.getByRole('main').getByRole('alert');
  }

  heatMap(): Locator {
    return this.page.getByRole('img', { name: /^Mask of/ });
  }

  degreeImage(): Locator {
    return this.page.getByRole('img', { name: /^Weights per input pixel/ });
  }

  /** A number at the update shown, by the words before it. */
  number(words: RegExp): Locator {
    return this.page.locator('dl > div').filter({ hasText: words }).getByRole('definition');
  }

  /** How many weights have this state at the update shown. */
  count(state: 'Kept' | 'Born' | 'Died' | 'Revived'): Promise<number> {
    return step(`read how many are ${state}`, async () => {
      const text = await this.page.getByRole('button', { name: new RegExp(`^${state}`) }).innerText();
      return Number(text.replace(/[^0-9]/g, ''));
    });
  }

  /** With the keyboard, as a person who looks at the picture would. */
  scrub(key: 'Home' | 'End' | 'ArrowLeft' | 'ArrowRight'): Promise<void> {
    return step(`scrub with ${key}`, () => this.slider.press(key));
  }
}

export class LaunchPage {
  private readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  field(label: string): Locator {
    return this.page
      .getByRole('textbox', { name: label })
      .or(this.page.getByRole('spinbutton', { name: label }))
      .first();
  }

  error(message: RegExp): Locator {
    return this.page.getByText(message).first();
  }

  queueButton(): Locator {
    return this.page.getByRole('button', { name: /^Queue/ });
  }
}

/** Goes to a screen by the sidebar. */
export const goTo = (page: Page, name: string): Promise<void> =>
  step(`go to ${name}`, () => page.getByRole('navigation').getByRole('link', { name, exact: true }).first().click());
