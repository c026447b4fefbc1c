#!/bin/sh
# Makes sure that PostgreSQL's programs are there; the tests start a server of their own.
set -eu

found() {
    command -v initdb >/dev/null 2>&1 && return 0
    for initdb in /usr/lib/postgresql/*/bin/initdb; do
        [ -x "$initdb" ] && return 0
    done
    return 1
}

if found; then exit 0; fi

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "postgres: initdb not found; install PostgreSQL 15 or newer (on Debian: apt-get install postgresql)" >&2
    exit 1
fi

export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# In two steps: the second would create and start a cluster that nobody asked for.
apt-get install -y -qq --no-install-recommends postgresql-common
sed -i 's/^#\? *create_main_cluster.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf
apt-get install -y -qq --no-install-recommends postgresql
found
