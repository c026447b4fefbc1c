#!/bin/sh
# Installs compiler, forge and anvil as package-lock.json pins them, with the Node.js of .venv.
set -eu
cd "$(dirname "$0")/.."

# Not `npm ci`: it refuses a lock file that lacks the other platforms' optional packages, and
# it lacks those that a registry does not carry. Without saving, the lock file still binds.
.venv/bin/npm install --ignore-scripts --no-save --no-audit --no-fund --loglevel=error
