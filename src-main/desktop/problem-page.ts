/** What stands in the window when the lab cannot be opened. Text only: it needs neither script nor lab. */
export interface Problem {
  title: string;
  /** What is wrong, with file names; whole sentences. */
  message: string;
  /** What to do about it. */
  advice: string;
}

export const PROBLEM_PATH = '/problem.html';
export const PROBLEM_STYLE_PATH = '/problem.css';

/** The page, to be served beside the built ones. */
export function problemPage({ title, message, advice }: Problem): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="color-scheme" content="light dark" />
    <title>Espalier</title>
    <link rel="stylesheet" href="${PROBLEM_STYLE_PATH}" />
  </head>
  <body>
    <main role="alert">
      <p class="name">Espalier</p>
      <h1>${escapeHtml(title)}</h1>
      <p class="message">${escapeHtml(message)}</p>
      <p class="advice">${escapeHtml(advice)}</p>
    </main>
  </body>
</html>
`;
}

export const PROBLEM_STYLE = `
:root { color-scheme: light dark; }
body {
  margin: 0;
  min-height: 100vh;
  display: grid;
  place-items: center;
  font: 0.9375rem/1.55 'Inter Variable', system-ui, 'Segoe UI', sans-serif;
  color: light-dark(#1b2023, #e7eaeb);
  background: light-dark(#f5f5f2, #131618);
}
main {
  box-sizing: border-box;
  width: min(44rem, 100vw - 3rem);
  padding: 2rem;
  border: 1px solid light-dark(#dfdfd8, #2c3236);
  border-radius: 7px;
  background: light-dark(#ffffff, #1a1e21);
}
h1 { margin: 0.25rem 0 1rem; font-size: 1.1875rem; }
p { margin: 0 0 1rem; }
p:last-child { margin: 0; }
.name { margin: 0; font-size: 0.75rem; color: light-dark(#565f65, #a3adb3); }
.message, .advice { overflow-wrap: anywhere; white-space: pre-line; user-select: text; }
.advice { color: light-dark(#565f65, #a3adb3); }
`;

function escapeHtml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replace(/[&<>"']/g, (character) => entities[character]);
}
