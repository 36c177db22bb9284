#!/usr/bin/env node
// Plain JavaScript that any Node can read: an old one must get one clear line, not a syntax error.
var needed = [22, 19];
var found = process.versions.node.split(".").map(Number);
if (found[0] < needed[0] || (found[0] === needed[0] && found[1] < needed[1])) {
  process.stderr.write("error: wrp needs Node " + needed.join(".") + " or newer (this is " + process.versions.node + ")\n");
  process.exitCode = 2;
} else {
  import("node:module").then(function (module) {
    if (module.enableCompileCache) module.enableCompileCache();
    return import("../dist/cli/main.js");
  }).then(function (cli) {
    return cli.main();
  });
}
