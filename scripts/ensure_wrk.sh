#!/bin/sh
# Makes sure that wrk is there, with which `make bench-http` loads servers.
set -eu

if command -v wrk >/dev/null 2>&1; then exit 0; fi

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "bench-http: wrk not found; install it (on Debian: apt-get install wrk)" >&2
    exit 1
fi

export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends wrk
command -v wrk >/dev/null 2>&1
