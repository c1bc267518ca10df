#!/usr/bin/env bash
# Builds the judges: `conformance` (this module) and `baton` (the official
# tool, at the version that go.mod pins) into the directory given as $1, by
# default .cache/conformance at the root of the repository. Does nothing when
# both are up to date. Exit codes: 3 without Go, otherwise those of `go build`.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
out="${1:-"$here/../../.cache/conformance"}"

if ! command -v go >/dev/null; then
  echo "conformance: Go is not installed, or not on PATH; the judges need Go $(sed -n 's/^go //p' "$here/go.mod") or newer" >&2
  exit 3
fi

mkdir -p "$out"
out="$(cd "$out" && pwd)"
cd "$here"

sources=(go.mod go.sum build.sh)
for file in *.go; do
  [[ "$file" == *_test.go ]] || sources+=("$file")
done
stamp="$( (go version; cat -- "${sources[@]}") | cksum)"

if [[ -x "$out/conformance" && -x "$out/baton" && "$(cat "$out/stamp" 2>/dev/null)" == "$stamp" ]]; then
  echo "conformance: up to date in $out" >&2
  exit 0
fi

export CGO_ENABLED=0
export GOFLAGS="-trimpath -buildvcs=false -mod=readonly"

# A name of its own, then a rename: a judge that somebody runs at this moment
# stays whole, and two builds at a time do not write into one file.
work="$(mktemp -d "$out/build.XXXXXX")"
trap 'rm -rf "$work"' EXIT

rm -f "$out/stamp"
nice go build -ldflags=-s -o "$work/conformance" .
nice go build -ldflags=-s -o "$work/baton" github.com/conductorone/baton-sdk/cmd/baton
mv -f "$work/conformance" "$work/baton" "$out/"
printf '%s\n' "$stamp" >"$out/stamp"
echo "conformance: built conformance and baton in $out" >&2
