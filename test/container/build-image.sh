#!/usr/bin/env bash
# Proof that the Dockerfile builds and that the image works, on a machine without a Docker engine.
#
#   test/container/build-image.sh        as root on Debian 12 or newer, after npm ci; about five minutes
#
# The base image is made on the spot: Debian by debootstrap from the mirror that apt uses, Node.js 24 from
# node_modules, npm from this machine. npm's registry and certificate authority reach the build as secrets.
# shellcheck disable=SC2016  # JavaScript and apt's own formats stand in single quotes
set -euo pipefail

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
node=$repository/node_modules/node/bin/node
port=${PORT:-3917}
release=bookworm
work=
container=
declare -A children=()

say() { printf '\n== %s\n' "$*"; }
pass() { printf '   ok   %s\n' "$*"; }
fail() {
  printf '   FAIL %s\n' "$*" >&2
  exit 1
}
bounded() { timeout --foreground --kill-after=10 "$@"; }

clean_up() {
  local status=$?
  trap - EXIT
  stop_server || true
  stop_database || true
  if [[ -n $work ]]; then
    if ((status != 0)) && [[ -s $work/server.log ]]; then
      printf '\n-- what the server said\n' >&2
      tail -n 40 "$work/server.log" >&2
    fi
    if [[ -n $container ]]; then
      image_store umount "$container" >/dev/null 2>&1 || true
      image_store rm "$container" >/dev/null 2>&1 || true
    fi
    # Never step into a mount that was left behind.
    if grep -q " $work/" /proc/self/mounts; then
      awk -v below="$work/" 'index($2, below) == 1 { print $2 }' /proc/self/mounts | sort -r |
        xargs --no-run-if-empty umount --lazy
    fi
    rm -rf --one-file-system "$work"
  fi
  if ((status == 0)); then printf '\nThe image is good.\n'; else printf '\nThe image is NOT good.\n' >&2; fi
  exit "$status"
}

# The last in the chain of processes that begins with $1. For the server that is Node.js, below buildah's.
last_descendant() {
  local pid=$1 child
  while child=$(pgrep --parent "$pid" | head -n 1) && [[ -n $child ]]; do pid=$child; done
  printf '%s\n' "$pid"
}

# Waits at most $2 seconds for the end of process $1.
ended_within() {
  timeout --foreground "$2" tail --pid="$1" --follow /dev/null || true
  ! kill -0 "$1" 2>/dev/null
}

stop_server() {
  local pid=${children[server]:-}
  [[ -n $pid ]] && kill -0 "$pid" 2>/dev/null || return 0
  kill -TERM "$(last_descendant "$pid")"
  ended_within "$pid" 35 || kill -KILL "$(last_descendant "$pid")"
}

stop_database() {
  local pid=${children[database]:-}
  [[ -n $pid ]] && kill -0 "$pid" 2>/dev/null || return 0
  kill -TERM "$pid"
  ended_within "$pid" 60 || kill -KILL "$pid"
}

# A store of its own: nothing of the machine's other images is seen or touched.
image_store() {
  TMPDIR=$work/tmp buildah --root "$work/store" --runroot "$work/run" --storage-driver vfs "$@"
}

# Runs a command in the container as the image says (user, environment, folder): like docker exec.
in_container() {
  image_store run --isolation chroot --env "DATABASE_URL=$database_url" --env "PORT=$port" \
    --env "PRAXIS_ORIGIN=https://praxis.example.org" "$container" -- "$@"
}

prepare_machine() {
  say "Tools"
  ((EUID == 0)) || fail "needs root, for chroot and mounts"
  [[ -x $node ]] || fail "needs Node.js 24 in node_modules: npm ci"
  local missing=()
  command -v buildah >/dev/null || missing+=(buildah)
  command -v debootstrap >/dev/null || missing+=(debootstrap)
  command -v curl >/dev/null || missing+=(curl)
  if ((${#missing[@]} > 0)); then
    bounded 300 apt-get update -qq
    DEBIAN_FRONTEND=noninteractive bounded 600 apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  fi
  work=$(mktemp -d /var/tmp/praxis-image.XXXXXX)
  # The database's own account has to walk through it.
  chmod 0711 "$work"
  mkdir "$work/tmp"
  pass "$(buildah --version), Node.js $("$node" --version), in $work"
}

make_base() {
  say "Base image: Debian $release with Node.js 24"
  local root=$work/base mirror npm
  mirror=$(apt-get indextargets --format '$(CODENAME) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' |
    awk -v release="$release" '$1 == release && $2 == "main" { print $3; exit }')
  [[ -n $mirror ]] || fail "apt knows no mirror of Debian $release"
  bounded 900 debootstrap --variant=minbase "$release" "$root" "$mirror" >"$work/debootstrap.log" 2>&1 ||
    { tail -n 20 "$work/debootstrap.log" >&2; fail "debootstrap"; }
  rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/var/log/* "$root"/usr/share/{doc,man,locale}/*
  install -m 0755 "$node" "$root/usr/local/bin/node"
  npm=$(readlink -f "$(command -v npm)")
  mkdir -p "$root/usr/local/lib/node_modules"
  cp -a "$(dirname "$(dirname "$npm")")" "$root/usr/local/lib/node_modules/npm"
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
  local draft
  draft=$(image_store from scratch)
  image_store copy --quiet "$draft" "$root" / >/dev/null
  image_store config --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin --cmd node "$draft"
  image_store commit --quiet --format docker --rm "$draft" praxis-base >/dev/null
  pass "$(du -sm "$root" | cut -f1) MB"
  rm -rf --one-file-system "$root"
}

build() {
  say "Build"
  local authority=${NODE_EXTRA_CA_CERTS:-/etc/ssl/certs/ca-certificates.crt}
  local secrets=(--secret "id=npmrc,src=$work/npmrc")
  (cd / && npm config get registry 2>/dev/null | sed 's/^/registry=/') >"$work/npmrc"
  if [[ -r $authority ]]; then
    printf 'cafile=/run/secrets/ca\n' >>"$work/npmrc"
    secrets+=(--secret "id=ca,src=$authority")
  fi
  SECONDS=0
  (cd "$repository" && TMPDIR=$work/tmp bounded 1800 \
    buildah --root "$work/store" --runroot "$work/run" --storage-driver vfs \
    build --isolation chroot --format docker --pull-never --layers=false \
    --build-arg BASE_IMAGE=localhost/praxis-base --build-arg VERSION=proof "${secrets[@]}" \
    --tag praxis:proof .) >"$work/build.log" 2>&1 ||
    { tail -n 40 "$work/build.log" >&2; fail "the build"; }
  pass "built in $SECONDS s"
}

# Prints one field of the image's configuration: a JavaScript expression on `config`.
configured() {
  image_store inspect --type image praxis:proof >"$work/inspect.json"
  "$node" -e 'const { Docker: { config } } = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"));
    const value = eval(process.argv[2]); console.log(typeof value === "string" ? value : JSON.stringify(value))' \
    "$work/inspect.json" "$1"
}

check_contents() {
  say "What is in the image"
  [[ $(configured config.User) == 10001:10001 ]] || fail "the user is $(configured config.User)"
  pass "runs as $(configured config.User)"
  [[ $(configured 'Object.keys(config.Volumes ?? {})') == '["/data"]' ]] || fail "the volume is not /data"
  [[ $(configured 'config.Labels["org.opencontainers.image.version"]') == proof ]] || fail "no version label"
  pass "volume, labels"

  container=$(image_store from --pull-never praxis:proof)
  local root
  root=$(image_store mount "$container")
  "$node" - "$repository/package-lock.json" "$root/app" <<'SCRIPT' || fail "development dependencies in the image"
const { existsSync, readFileSync } = require("node:fs");
const [lock, app] = process.argv.slice(2);
const packages = Object.entries(JSON.parse(readFileSync(lock, "utf8")).packages).filter(([path]) => path !== "");
const here = packages.filter(([path]) => existsSync(`${app}/${path}/package.json`));
const unwanted = here.filter(([path, { dev }]) => dev === true || path.includes("@embedded-postgres"));
for (const [path] of unwanted) console.error(`   ${path}`);
if (here.length < 20) console.error(`   only ${here.length} packages: is this the right folder?`);
else console.log(`   ok   ${here.length} of ${packages.length} packages, none for development`);
process.exitCode = unwanted.length > 0 || here.length < 20 ? 1 : 0;
SCRIPT
  [[ ! -e $root/app/test && ! -e $root/app/.git && ! -e $root/app/src/main.ts ]] || fail "sources in the image"
  [[ ! -s $root/root/.npmrc && ! -s $root/run/secrets/ca ]] || fail "a secret stayed in the image"
  local writable
  writable=$(find "$root/app" -xdev \( -uid 10001 -o -perm -o=w ! -type l \) | head -n 3)
  [[ -z $writable ]] || fail "the server could change its own code: $writable"
  pass "no sources, no secrets, code that the server cannot change"
  pass "size: image $(image_store images --format '{{.Size}}' localhost/praxis:proof | head -n 1)," \
    "base $(image_store images --format '{{.Size}}' localhost/praxis-base:latest | head -n 1)," \
    "/app $(du -sm "$root/app" | cut -f1) MB"
}

start_database() {
  say "Database"
  database_url=${DATABASE_URL:-}
  if [[ -n $database_url ]]; then
    pass "DATABASE_URL"
    return
  fi
  "$node" --input-type=module - "$repository" "$work/postgres" >"$work/database.url" 2>"$work/database.log" <<'SCRIPT' &
const [repository, dataDir] = process.argv.slice(2);
const { acquireEmbeddedPostgres } = await import(`${repository}/src/platform/postgres/embedded.ts`);
const postgres = await acquireEmbeddedPostgres({ dataDir, durable: false });
console.log(postgres.url);
const forever = setInterval(() => {}, 60_000);
process.once("SIGTERM", () => postgres.release().then(() => clearInterval(forever)));
SCRIPT
  children[database]=$!
  for _ in $(seq 300); do
    [[ -s $work/database.url ]] && break
    kill -0 "${children[database]}" 2>/dev/null || { cat "$work/database.log" >&2; fail "the database did not start"; }
    sleep 0.2
  done
  database_url=$(<"$work/database.url")
  [[ -n $database_url ]] || fail "the database did not start within a minute"
  pass "the repository's own PostgreSQL"
}

answers() { [[ $(curl --silent --max-time 5 "http://127.0.0.1:$port$1") == "$2" ]]; }

check_start() {
  say "Start"
  local status=0
  database_url='' in_container node dist/main.js >"$work/refusal.log" 2>&1 || status=$?
  if ((status != 1)) || ! grep -q DATABASE_URL "$work/refusal.log"; then
    fail "without a database: status $status, $(<"$work/refusal.log")"
  fi
  pass "without DATABASE_URL: one clear line and status 1"

  touch "$work/started"
  local command
  mapfile -t command < <(configured 'config.Cmd.join("\n")')
  SECONDS=0
  in_container "${command[@]}" >"$work/server.log" 2>&1 &
  children[server]=$!
  for _ in $(seq 300); do
    answers /healthz ok && break
    kill -0 "${children[server]}" 2>/dev/null || fail "the server ended"
    sleep 0.2
  done
  answers /healthz ok || fail "/healthz does not answer"
  answers /readyz ready || fail "/readyz does not answer ready"
  pass "/healthz and /readyz after $SECONDS s"

  server=$(last_descendant "${children[server]}")
  [[ $(tr '\0' ' ' <"/proc/$server/cmdline") == *"node dist/main.js " ]] || fail "process $server is not the server"
  [[ $(awk '/^Uid:/ { print $2, $3, $4, $5 }' "/proc/$server/status") == "10001 10001 10001 10001" ]] || fail "not uid 10001"
  pass "process $server has uid 10001"
  grep -q '/setup?token=' "$work/server.log" || fail "no link for the first administrator in the log"
  pass "prints the link for the first administrator"
}

# The image's own health check, run as Docker would.
health_check() {
  local check
  mapfile -d '' -t check < <("$node" -e 'const { Docker: { config } } = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"));
    process.stdout.write(config.Healthcheck.Test.slice(1).map((part) => `${part}\0`).join(""))' "$work/inspect.json")
  in_container "${check[@]}" >/dev/null 2>&1
}

check_commands() {
  say "Commands in the image, beside the server"
  health_check || fail "the health check says unhealthy"
  pass "the health check says healthy"
  in_container praxis setup --name "Alpha Power" --handle alpha --admin ana --email ana@alpha.example --json >"$work/setup.json" ||
    fail "praxis setup"
  grep -q '"@alpha@praxis.example.org"' "$work/setup.json" || fail "praxis setup said $(<"$work/setup.json")"
  pass "praxis setup"
  in_container praxis doctor --json >"$work/doctor.json" || fail "praxis doctor: $(<"$work/doctor.json")"
  "$node" -e 'process.exitCode = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8")).healthy === true ? 0 : 1' "$work/doctor.json" ||
    fail "praxis doctor says $(<"$work/doctor.json")"
  pass "praxis doctor: healthy"
  curl --silent --max-time 5 "http://127.0.0.1:$port/.well-known/webfinger?resource=acct:alpha@praxis.example.org" |
    grep -q 'https://praxis.example.org' || fail "WebFinger does not know the organization"
  pass "WebFinger finds the organization"
  [[ $(in_container stat --format '%a %u' /data/secret.key) == "600 10001" ]] || fail "secret.key is not private to the server"
  pass "the secret key lies in /data, mode 600"
}

check_stop() {
  say "Stop"
  local status=0 root changed
  SECONDS=0
  kill -TERM "$server"
  ended_within "${children[server]}" 35 || fail "still there 35 s after SIGTERM"
  wait "${children[server]}" || status=$?
  ((status == 0)) || fail "exit status $status after SIGTERM"
  ((SECONDS <= 30)) || fail "took $SECONDS s to stop"
  unset 'children[server]'
  pass "SIGTERM: exit status 0 after $SECONDS s"
  ! health_check || fail "the health check says healthy though nothing runs"
  pass "the health check says unhealthy now"
  # compose.yaml runs it on a read-only file system with /data and /tmp.
  root=$(image_store mount "$container")
  changed=$(find "$root" -xdev -type f -newer "$work/started" \
    ! -path "$root/tmp/*" ! -path "$root/data/*" ! -path "$root/etc/*" ! -path "$root/run/*" | head -n 5)
  [[ -z $changed ]] || fail "wrote outside of /data and /tmp: $changed"
  pass "wrote nothing outside of /data and /tmp"
}

trap clean_up EXIT
trap 'exit 130' INT TERM
prepare_machine
make_base
build
check_contents
start_database
check_start
check_commands
check_stop
