#!/bin/sh
# Builds .venv from the lock file: the interpreter, the libraries, Node.js and the project.
# --find only prints the Python that would be taken.
set -eu
cd "$(dirname "$0")/.."

find_python() {
    # A name on PATH may be a version manager's that starts nothing, or lack venv (Debian
    # packs it apart), hence the trial.
    for python in ${PYTHON:-} python3.13 python3.12 python3.11 python3; do
        if "$python" -c 'import sys, ensurepip, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
            2>/dev/null; then
            echo "$python"
            return
        fi
    done
    echo "setup: needs Python 3.11 to 3.13 with venv (on Debian: apt-get install python3-venv)" >&2
    exit 1
}

if [ "${1:-}" = --find ]; then
    find_python
    exit
fi

if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    python=$(find_python)
    rm -rf .venv
    "$python" -m venv .venv
fi

# Wheels only: nothing may need a compiler, or run a build script of somebody else.
.venv/bin/python -m pip install --quiet --disable-pip-version-check \
    --require-hashes --only-binary :all: -r requirements.lock
.venv/bin/python -m pip install --quiet --disable-pip-version-check \
    --no-deps --no-build-isolation --editable .
