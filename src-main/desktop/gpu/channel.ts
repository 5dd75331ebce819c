/** From the app to the hidden window's page. */
export const GPU_CHANNEL = 'espalier:gpu';

export const GPU_PAGE_PATH = '/gpu.html';

/** The page, to be served beside the built ones. */
export const GPU_PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>Espalier: graphics card</title>
    <script type="module" src="/gpu/page.js"></script>
  </head>
  <body></body>
</html>
`;
