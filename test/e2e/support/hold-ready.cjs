// Preloaded into the app under test (`electron -r`): holds back `ready` until Playwright has attached. A window whose
// first page commits in the very moment of attaching is never seen by Playwright, which then waits for it for ever.
// Playwright calls `__playwright_run` when it is done; its own loader does the same, and changes Chromium's features.
const { app } = require('electron');

const trulyReady = app.whenReady();
const emit = app.emit.bind(app);
let readyArguments = [];
let released = false;
let release = () => {};
const held = new Promise((resolve) => (release = resolve));

app.emit = (event, ...details) => {
  if (event !== 'ready') return emit(event, ...details);
  readyArguments = details;
  return app.listenerCount('ready') > 0;
};
app.isReady = () => released;
app.whenReady = () => held;

globalThis.__playwright_run = async () => {
  await trulyReady;
  released = true;
  release();
  emit('ready', ...readyArguments);
};
