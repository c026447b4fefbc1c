#!/bin/sh
# Writes requirements.lock and package-lock.json anew. Versions already locked stay;
# UPGRADE=1 takes the newest that the manifests allow.
set -eu
cd "$(dirname "$0")/.."

UV_VERSION=0.13.9

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
.venv/bin/python -m venv "$work/uv"
"$work/uv/bin/pip" install --quiet --disable-pip-version-check "uv==$UV_VERSION"

# A private index or a folder of wheels must leave no trace: its hashes are nobody else's.
env -u UV_INDEX -u UV_INDEX_URL -u UV_DEFAULT_INDEX -u UV_EXTRA_INDEX_URL -u UV_FIND_LINKS \
    "$work/uv/bin/uv" --no-config pip compile --quiet ${UPGRADE:+--upgrade} \
    --universal --python-version 3.11 --generate-hashes \
    --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
    pyproject.toml --group dev --output-file requirements.lock
env -u UV_INDEX -u UV_INDEX_URL -u UV_DEFAULT_INDEX -u UV_EXTRA_INDEX_URL -u UV_FIND_LINKS \
    "$work/uv/bin/uv" --no-config pip compile --quiet ${UPGRADE:+--upgrade} \
    --universal --python-version 3.11 --generate-hashes \
    --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
    --group pyproject.toml:proofs --output-file requirements-proofs.lock
cryo=benchmarks/index/peers/cryo
env -u UV_INDEX -u UV_INDEX_URL -u UV_DEFAULT_INDEX -u UV_EXTRA_INDEX_URL -u UV_FIND_LINKS \
    "$work/uv/bin/uv" --no-config pip compile --quiet ${UPGRADE:+--upgrade} \
    --universal --python-version 3.11 --generate-hashes \
    --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
    "$cryo/requirements.in" --output-file "$cryo/requirements.lock"

[ -z "${UPGRADE:-}" ] || rm -f package-lock.json
.venv/bin/npm install --package-lock-only --ignore-scripts --no-audit --no-fund --loglevel=error
[ -z "${UPGRADE:-}" ] || rm -f benchmarks/package-lock.json
.venv/bin/npm --prefix benchmarks install --package-lock-only --ignore-scripts --loglevel=error
for peer in benchmarks/index/peers/ponder benchmarks/index/peers/subsquid; do
    [ -z "${UPGRADE:-}" ] || rm -f "$peer/package-lock.json"
    .venv/bin/npm --prefix "$peer" install --package-lock-only --ignore-scripts --loglevel=error
done

if grep -n '://' requirements.lock requirements-proofs.lock "$cryo/requirements.lock"; then
    echo "lock: a requirements file names a host" >&2
    exit 1
fi
if grep -n '"resolved"' package-lock.json benchmarks/package-lock.json \
    benchmarks/index/peers/*/package-lock.json; then
    echo "lock: a package-lock.json names a host" >&2
    exit 1
fi
