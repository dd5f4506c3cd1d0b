// node:assert/strict inside a page.
import { assert } from "chai";

export default { ok: assert.ok, equal: assert.strictEqual, deepEqual: assert.deepEqual };
