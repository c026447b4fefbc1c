// The standard-JSON half of native solc, on top of the compiler that npm serves.
//
// The launcher in node_modules/.bin is no substitute: it stops reading standard input at
// the first short read of a pipe, and refuses --allow-paths, which forge always passes.
// Options that concern the file system are ignored on purpose: every source arrives in the
// JSON, and the compiler can open no file.
"use strict";

const fs = require("node:fs");

/** Reads until the writer closes; a pipe may be empty for a while without being at its end. */
function readStandardInput() {
  const pieces = [];
  const piece = Buffer.alloc(1 << 16);
  for (;;) {
    let size;
    try {
      size = fs.readSync(0, piece, 0, piece.length, null);
    } catch (error) {
      if (error.code === "EAGAIN") {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
        continue;
      }
      if (error.code === "EOF") break;
      throw error;
    }
    if (size === 0) break;
    pieces.push(Buffer.from(piece.subarray(0, size)));
  }
  return Buffer.concat(pieces).toString("utf8");
}

/** Writes all of it before the process may end, whatever the pipe's size. */
function writeStandardOutput(text) {
  const bytes = Buffer.from(text, "utf8");
  let written = 0;
  while (written < bytes.length) {
    try {
      written += fs.writeSync(1, bytes, written);
    } catch (error) {
      if (error.code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

function main(options) {
  const solc = require("solc");
  if (options.includes("--version")) {
    writeStandardOutput(
      `solc, the solidity compiler commandline interface\nVersion: ${solc.version()}\n`,
    );
    return 0;
  }
  if (!options.includes("--standard-json")) {
    process.stderr.write("scripts/solc knows --version and --standard-json only\n");
    return 2;
  }
  writeStandardOutput(`${solc.compile(readStandardInput())}\n`);
  return 0;
}

process.exitCode = main(process.argv.slice(2));
