#!/usr/bin/env bash
# Makes the two base images where no image registry can be reached, out of Debian's packages and the Node and npm that
# `npm ci` and this machine already have:
#   connector-base:local        what Node needs to run: the C and C++ libraries
#   connector-build-base:local  that, and a shell, coreutils, Node and npm
set -euo pipefail
cd "$(dirname "$0")/../.."
repo=$PWD

docker image inspect connector-base:local connector-build-base:local >/dev/null 2>&1 && exit 0

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/debs" "$work/base" "$work/build"
chmod 755 "$work" && chmod 777 "$work/debs" # apt downloads as a user of its own

apt-get update -qq

needed() { # the packages and all that they need, without what is only recommended
  apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances "$@" |
    grep '^[a-z0-9]' | sort -u
}

unpack() { # folder, packages
  local folder=$1
  shift
  rm -f "$work"/debs/*.deb
  (cd "$work/debs" && apt-get download -qq "$@")
  for deb in "$work"/debs/*.deb; do dpkg-deb -x "$deb" "$folder"; done
}

runtime="base-files libc6 libgcc-s1 libstdc++6"
# shellcheck disable=SC2086
unpack "$work/base" $runtime
rm -rf "$work/base/usr/share/doc" "$work/base/usr/share/gdb" "$work/base/usr/lib/x86_64-linux-gnu/gconv"
printf 'root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/data:/sbin/nologin\n' >"$work/base/etc/passwd"
printf 'root:x:0:\nnonroot:x:65532:\n' >"$work/base/etc/group"
tar -C "$work/base" -c . | docker import - connector-base:local >/dev/null

# shellcheck disable=SC2046,SC2086
unpack "$work/build" $(needed $runtime coreutils dash sed findutils | grep -vE '^(awk|debconf|debconf-2.0|perl|perl-base|cdebconf)$')
ln -sf dash "$work/build/bin/sh"
mkdir -p "$work/build/usr/local/bin" "$work/build/usr/local/lib/node_modules" "$work/build/root" "$work/build/etc/ssl/certs"
cp "$repo/node_modules/node/bin/node" "$work/build/usr/local/bin/node"
npm_package=$(dirname "$(dirname "$(realpath "$(command -v npm)")")")
cp -rL "$npm_package" "$work/build/usr/local/lib/node_modules/npm"
ln -sf ../lib/node_modules/npm/bin/npm-cli.js "$work/build/usr/local/bin/npm"
# Where packages come through a proxy with a certificate of its own, npm must know that in there too.
if [[ -f /etc/ssl/certs/ca-certificates.crt ]]; then cp /etc/ssl/certs/ca-certificates.crt "$work/build/etc/ssl/certs/"; fi
tar -C "$work/build" -c . |
  docker import --change 'ENV PATH=/usr/local/bin:/usr/bin:/bin NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt' \
    - connector-build-base:local >/dev/null
