#!/bin/sh
# Builds .venv-proofs from its lock file: the provers, whose versions of web3 and z3 are not ours.
set -eu
cd "$(dirname "$0")/.."

python=$(scripts/setup-python.sh --find)
if ! .venv-proofs/bin/python -m pip --version >/dev/null 2>&1; then
    rm -rf .venv-proofs
    "$python" -m venv .venv-proofs
fi
.venv-proofs/bin/python -m pip install --quiet --disable-pip-version-check \
    --require-hashes -r requirements-proofs.lock
