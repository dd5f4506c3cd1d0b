// What the transcripts need of node:test, inside a page: tests are collected as they are declared, and run when the
// page is told to.
const tests = [];
let path = [];
let after = [];

export function describe(name, declare) {
  const [outerPath, outerAfter] = [path, after];
  path = [...path, name];
  after = [...after];
  declare();
  [path, after] = [outerPath, outerAfter];
}

export function afterEach(hook) {
  after.push(hook);
}

export function test(name, { timeout }, body) {
  tests.push({ name: [...path, name].join(": "), timeout, body, after });
}

globalThis.draytests = {
  names: () => tests.map(({ name }) => name),
  // Resolves to nothing, or to what went wrong.
  async run(index) {
    const { body, timeout, after: hooks } = tests[index];
    const late = new Promise((_, reject) => setTimeout(() => reject(new Error(`not done in ${timeout} ms`)), timeout));
    try {
      await Promise.race([body(), late]);
    } catch (error) {
      return String(error?.stack ?? error);
    } finally {
      for (const hook of hooks) await hook();
    }
  },
};
