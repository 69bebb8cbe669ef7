// Reads an AsyncAPI document with the initiative's own parser: asyncapi.mjs NODE_MODULES FILE
// Prints how many operations it has. What is wrong goes to standard error, and gives status 1.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [modules, file] = process.argv.slice(2);
const { Parser } = createRequire(`${modules}/`)("@asyncapi/parser");
const { document, diagnostics } = await new Parser().parse(readFileSync(file, "utf8"));
const WARNING = 1;
const faults = diagnostics.filter((found) => found.severity <= WARNING);
for (const fault of faults) console.error(`${fault.path.join(".")}: ${fault.message}`);
console.log(document?.operations().all().length ?? 0);
process.exit(faults.length > 0 ? 1 : 0);
