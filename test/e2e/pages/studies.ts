import { test, type Locator, type Page } from '@playwright/test';
import { goTo } from './workbench.ts';

/** The form of a new study, as its user meets it. */
export class StudyFormPage {
  readonly name: Locator;
  readonly seeds: Locator;
  readonly queueButton: Locator;
  private readonly page: Page;

  constructor(page: Page) {
    this.page = page;
    this.name = page.getByRole('textbox', { name: 'Name' });
    this.seeds = page.getByRole('textbox', { name: 'Seeds' });
    this.queueButton = page.getByRole('button', { name: /^Queue/ });
  }

  /** A field of the base configuration. */
  base(label: RegExp): Locator {
    return this.page.getByRole('region', { name: 'Base' }).getByLabel(label);
  }

  /** The values of a row of the grid, by its key. */
  values(key: string): Locator {
    return this.page.getByRole('group', { name: `Grid row ${key}` }).getByRole('textbox');
  }

  variant(number: number): { label: Locator; sets: Locator } {
    const row = this.page.getByRole('group', { name: `Variant ${number}` });
    return { label: row.getByLabel('Label'), sets: row.getByLabel('Sets, as key=value') };
  }

  removeRow(key: string): Promise<void> {
    return test.step(`take ${key} out of the grid`, () =>
      this.page.getByRole('button', { name: `Remove ${key} from the grid` }).click());
  }

  addVariant(): Promise<void> {
    return test.step('add a variant', () => this.page.getByRole('button', { name: 'Add a variant' }).click());
  }

  /** The panel of published experiments, once it is open. */
  get published(): { experiment: Locator; sweep: Locator; scale(name: string): Locator; panel: Locator } {
    const panel = this.page.getByRole('region', { name: 'Published experiments' });
    return {
      panel,
      experiment: panel.getByLabel('Experiment'),
      sweep: panel.getByLabel('Sweep'),
      scale: (name) => panel.getByRole('radio', { name }),
    };
  }

  fill(): Promise<void> {
    return test.step('fill the form', () => this.page.getByRole('button', { name: 'Fill the form' }).click());
  }

  undo(): Promise<void> {
    return test.step('undo', () => this.page.getByRole('button', { name: 'Undo' }).click());
  }

  showFurtherFields(): Promise<void> {
    return test.step('show the further fields', () => this.page.getByText('Further fields').click());
  }
}

/** Opens the form from wherever the window is. */
export function openStudyForm(page: Page): Promise<StudyFormPage> {
  return test.step('open the form of a new study', async () => {
    await page.getByRole('navigation').getByRole('link', { name: 'Studies' }).click();
    await page.getByRole('link', { name: 'New study' }).first().click();
    return new StudyFormPage(page);
  });
}

/** Opens the form with the published experiments, from a list without a study. */
export function openPublished(page: Page): Promise<StudyFormPage> {
  return test.step('choose a published experiment', async () => {
    await goTo(page, 'Studies');
    await page.getByRole('button', { name: 'Choose a published experiment' }).click();
    return new StudyFormPage(page);
  });
}

export class StudyPage {
  readonly progress: Locator;
  /** What is asked before something is done. */
  readonly question: Locator;
  private readonly page: Page;

  private constructor(page: Page) {
    this.page = page;
    this.progress = page.getByRole('main').getByRole('status');
    this.question = page.getByRole('alertdialog');
  }

  static open(page: Page, id: string): Promise<StudyPage> {
    return test.step('open the study', async () => {
      await goTo(page, 'Studies');
      await page.locator(`a[href="#/studies/${id}"]`).click();
      return new StudyPage(page);
    });
  }

  press(name: string): Promise<void> {
    return test.step(`press ${name}`, () => this.page.getByRole('main').getByRole('button', { name }).click());
  }

  answer(label: string): Promise<void> {
    return test.step(`answer “${label}”`, () => this.question.getByRole('button', { name: label }).click());
  }
}
