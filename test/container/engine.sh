#!/usr/bin/env bash
# A Docker engine of our own, for machines that have none running: no registry, no way out of its networks.
#   source test/container/engine.sh
#   start_engine   where no engine answers: starts one, and makes the base images; exports what `make image` needs
#   stop_engine    ends what start_engine started

engine_folder=""

default_base() { # BASE or BUILD_BASE
  sed -n "s/^ARG $1=//p" deploy/docker/Dockerfile
}

local_bases() {
  bash test/container/bases.sh || return 1
  export BASE=connector-base:local BUILD_BASE=connector-build-base:local IMAGE_FLAGS="--network host"
}

start_engine() {
  export TESTCONTAINERS_RYUK_DISABLED=true
  if docker info >/dev/null 2>&1; then
    if [[ -n "${BASE:-}" ]]; then return; fi
    # An engine without a registry is no better off than one of ours.
    for image in "$(default_base BASE)" "$(default_base BUILD_BASE)"; do
      docker image inspect "$image" >/dev/null 2>&1 || timeout 300 docker pull -q "$image" || { local_bases; return; }
    done
    return
  fi
  engine_folder=$(mktemp -d /tmp/connector-engine.XXXXXX)
  export DOCKER_HOST="unix://$engine_folder/docker.sock"
  # Addresses of ours are not translated and not forwarded: containers reach each other and are reached from here.
  dockerd --host "$DOCKER_HOST" --data-root "$engine_folder/data" --exec-root "$engine_folder/run" \
    --pidfile "$engine_folder/pid" --iptables=false --ip6tables=false --ip-forward=false --ip-masq=false \
    >"$engine_folder/log" 2>&1 &
  engine_process=$!
  local tries=0
  until docker info >/dev/null 2>&1; do
    tries=$((tries + 1))
    if ((tries > 240)) || ! kill -0 "$engine_process" 2>/dev/null; then
      echo "the Docker engine did not start:" >&2
      tail -20 "$engine_folder/log" >&2
      return 1
    fi
    sleep 0.25
  done
  local_bases || return 1
  export TESTCONTAINERS_HOST_OVERRIDE=127.0.0.1 DOCKER_BUILDKIT=0
}

stop_engine() {
  if [[ -z "$engine_folder" ]]; then return; fi
  # A container would outlive its engine.
  docker ps -aq 2>/dev/null | xargs -r docker rm -fv >/dev/null 2>&1 || true
  kill "$engine_process" 2>/dev/null || true
  wait "$engine_process" 2>/dev/null || true
  # Mounts that a container left, the deepest first.
  awk -v folder="$engine_folder/" 'index($2, folder) == 1 { print $2 }' /proc/mounts | sort -r | while read -r mounted; do
    umount -l "$mounted" || true
  done
  rm -rf "$engine_folder"
  engine_folder=""
}
