import { test, type Locator, type Page } from '@playwright/test';

const step = <T>(title: string, action: () => Promise<T>): Promise<T> => test.step(title, action);

/** Methods of the person's own, as their user meets them: the notice, the question, and the page. */
export class Methods {
  /** What the sidebar says of files that wait. */
  readonly notice: Locator;
  readonly question: Locator;
  /** The code that the question shows. */
  readonly code: Locator;
  private readonly page: Page;

  constructor(page: Page) {
    this.page = page;
    this.notice = page.getByRole('region', { name: 'Methods to load' });
    this.question = page.getByRole('alertdialog');
    this.code = this.question.getByRole('region', { name: /^Code of/ });
  }

  file(name: string): Locator {
    return this.page.getByRole('table', { name: 'Your method files' }).getByRole('row', { name });
  }

  method(name: string): Locator {
    return this.page.getByRole('table', { name: 'Methods', exact: true }).getByRole('row', { name });
  }

  lookAtNotice(): Promise<void> {
    return step('look at what the notice says', () => this.notice.getByRole('button', { name: 'Look at' }).click());
  }

  lookAt(file: string): Promise<void> {
    return step(`look at ${file}`, () => this.page.getByRole('button', { name: `Look at ${file}` }).click());
  }

  lookAgain(): Promise<void> {
    return step('look at the folder again', () => this.page.getByRole('button', { name: 'Look again' }).click());
  }

  answer(label: string): Promise<void> {
    return step(`answer “${label}”`, () => this.question.getByRole('button', { name: label }).click());
  }
}
