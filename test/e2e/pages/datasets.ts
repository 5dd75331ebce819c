import { test, type Locator, type Page } from '@playwright/test';

/** The pages of the data sets, as their user meets them. */

const step = <T>(title: string, action: () => Promise<T>): Promise<T> => test.step(title, action);

export class DatasetsPage {
  readonly alert: Locator;
  readonly cards: Locator;
  readonly importBar: Locator;
  readonly openButtons: Locator;
  /** What an import asks. */
  readonly question: Locator;
  readonly answers: Locator;
  readonly previews: Locator;
  readonly importThisWay: Locator;
  private readonly page: Page;

  constructor(page: Page) {
    this.page = page;
    this.alert = page.getByRole('alert');
    this.question = page.getByRole('region', { name: 'How is this to be imported?' });
    this.answers = this.question.getByRole('group').locator('label');
    this.previews = this.question.getByRole('img', { name: /^Some images: / });
    this.importThisWay = this.question.getByRole('button', { name: 'Import this way' });
    this.openButtons = page.getByRole('button', { name: /^Open a dataset/ });
    this.cards = page.getByRole('list', { name: 'Datasets' }).getByRole('listitem');
    this.importBar = page.getByRole('progressbar', { name: 'Import' });
  }

  card(title: string): Locator {
    return this.cards.filter({ has: this.page.getByRole('heading', { name: title, exact: true }) });
  }

  /** Prepares or downloads it, whichever is offered. */
  fetch(title: string): Promise<void> {
    return step(`get ${title}`, () => this.card(title).getByRole('button', { name: title }).click());
  }

  sizeField(): Locator {
    return this.field('Size');
  }

  field(name: string): Locator {
    return this.page.getByRole('textbox', { name, exact: true });
  }

  choose(option: string): Promise<void> {
    return step(`choose ${option}`, () => this.page.getByRole('radio', { name: option, exact: true }).check());
  }

  /** The folder is the one that the dialog answers with. */
  openFolder(): Promise<void> {
    return step('open a dataset folder', () =>
      this.page.getByRole('button', { name: 'Open a dataset folder' }).click(),
    );
  }

  /** What the last import says of itself, its skipped files shown. */
  showSkipped(): Promise<void> {
    return step('show what was skipped', () => this.page.getByText(/bad files? skipped$/).click());
  }

  showChoices(): Promise<void> {
    return step('show how to import', async () => {
      const choices = this.page.getByRole('group').filter({ hasText: 'How to import' });
      if (!(await this.field('Name').isVisible())) await choices.getByText('How to import').click();
    });
  }

  /** The folder is the one that the dialog answers with. */
  importFolder({ name, keep = false }: { name: string; keep?: boolean }): Promise<void> {
    return step(`import a folder as ${name}`, async () => {
      await this.showChoices();
      await this.field('Name').fill(name);
      await this.page.getByRole('radio', { name: keep ? 'Keep the files' : 'Copy' }).check();
      await this.openFolder();
    });
  }

  lookInto(title: string): Promise<DatasetPage> {
    return step(`look into ${title}`, async () => {
      await this.card(title)
        .getByRole('link', { name: `Look into ${title}` })
        .press('Enter');
      return new DatasetPage(this.page);
    });
  }
}

export class DatasetPage {
  readonly classes: Locator;
  readonly channels: Locator;
  readonly examples: Locator;

  constructor(page: Page) {
    this.classes = page.getByRole('table', { name: 'Classes' }).getByRole('row');
    this.channels = page.getByRole('table', { name: 'Channels' }).getByRole('row');
    this.examples = page.getByRole('img', { name: /training images of the class/ });
  }
}
