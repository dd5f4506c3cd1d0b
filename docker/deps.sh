#!/usr/bin/env bash
# Installs what this machine lacks of the packages named in the lists given as arguments, and the npm packages of
# each folder that has a package-lock.json. Does nothing, quickly, when all is there.
#   docker/deps.sh docker/packages-build.txt docker/packages-test.txt
set -euo pipefail
cd "$(dirname "$0")/.."

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }
missing=()
for package in $(grep -hv '^#' "$@"); do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
# Node.js may have come from elsewhere than Debian.
command -v npm >/dev/null || missing+=(nodejs npm)
if [ ${#missing[@]} -gt 0 ]; then
    echo "deps: installing ${missing[*]}"
    if ! command -v apt-get >/dev/null; then
        echo "deps: this machine has no apt-get; install the packages above by your own means" >&2
        exit 1
    fi
    # Tests start servers of their own: what comes with the packages is not started.
    policy=/usr/sbin/policy-rc.d
    if [ ! -e $policy ]; then
        printf '#!/bin/sh\nexit 101\n' | as_root tee $policy >/dev/null
        as_root chmod +x $policy
        trap 'as_root rm -f $policy' EXIT
    fi
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

# Each folder's npm packages are installed anew only when its lock file has changed; those of tests/ only for tests.
for lock in $(git ls-files '*/package-lock.json' 2>/dev/null || find . -name package-lock.json -not -path '*/node_modules/*'); do
    folder=$(dirname "$lock")
    [[ $folder != tests* || "$*" == *test* ]] || continue
    stamp=$folder/node_modules/.dray-lock
    if ! cmp -s "$lock" "$stamp"; then
        echo "deps: npm ci in $folder"
        (cd "$folder" && npm ci --no-audit --no-fund --loglevel=error)
        mkdir -p "$folder/node_modules"
        cp "$lock" "$stamp"
    fi
done
